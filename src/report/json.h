/* SPDX-License-Identifier: MIT */
/* json.h - the pieces of JSON that several reports print. */
#ifndef LOCKLORE_REPORT_JSON_H
#define LOCKLORE_REPORT_JSON_H

#include <jansson.h>

#include "report/internal.h"

/* A string in any encoding. */
json_t *report_json_text(const char *s);
/* Both give the value's reference away. */
void report_json_set(json_t *object, const char *key, json_t *value);
void report_json_add(json_t *array, json_t *value);
json_t *report_json_witness(const struct report *r, const struct verdict_evidence *e);
json_t *report_json_finding(const struct verdict_finding *f);
/* As in `check`. */
json_t *report_json_statement(const struct report *r, const struct verdict_statement *s);
json_t *report_json_deadlock(const struct report *r, const struct verdict_deadlock *d);
/* Prints it, with a newline, and gives it away. */
void report_json_print(const struct report *r, json_t *j);

#endif
