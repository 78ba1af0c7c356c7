/* SPDX-License-Identifier: MIT */
/* Small programs whose outcomes under each memory model are known: they test the machine. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Prints a line for each that is wrong, and with `is_verbose` for all.  Returns how many. */
int litmus_run(bool is_verbose, int *passed);
