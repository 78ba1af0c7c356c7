/* SPDX-License-Identifier: MIT */
/* Compiled without -g: refused by name. */
int plain(int n) { return n; }
