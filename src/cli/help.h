/* SPDX-License-Identifier: MIT */
/* help.h - what `locklore help` says; the man pages say more. */
#ifndef LOCKLORE_CLI_HELP_H
#define LOCKLORE_CLI_HELP_H

extern const char common_help[], index_help[], doc_help[], explain_help[], check_help[], ask_help[], review_help[], deadlocks_help[], diff_help[], scan_help[];

#endif
