/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

DEFINE_SRCU(config_srcu);
static struct config *config_now;
static unsigned long config_loads, config_frees;
static unsigned long config_refusals;

static void config_free(struct srcu_head *head)
{
	struct config *config = (struct config *)((char *)head - offsetof(struct config, srcu));

	__atomic_store_n(&config->version, 0, __ATOMIC_RELAXED); /* whoever sees it came too late */
	__atomic_fetch_add(&config_frees, 1, __ATOMIC_RELAXED);
	free(config);
}

/* Cuts blanks off both ends. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* What is wrong with the line, or NULL. */
static const char *config_line(struct config *config, char *line)
{
	char *text = trim(line), *equals = strchr(text, '='), *key, *value;

	if (!*text || *text == '#')
		return NULL;
	if (!equals)
		return "no '='";
	*equals = '\0';
	key = trim(text);
	value = trim(equals + 1);
	if (!*key)
		return "no key before '='";
	if (config->count == CONFIG_KEYS)
		return "too many keys";
	if (strlen(key) >= CONFIG_TEXT || strlen(value) >= CONFIG_TEXT)
		return "key or value too long";
	if (config_value(config, key))
		return "a key for the second time";
	strcpy(config->key[config->count], key);
	strcpy(config->value[config->count++], value);
	return NULL;
}

static bool config_read(struct config *config, const char *path, FILE *file)
{
	char line[256];

	for (int number = 1; fgets(line, sizeof(line), file); number++) {
		const char *wrong = config_line(config, line);

		if (wrong) {
			fprintf(stderr, "%s:%d: %s: the old configuration stays\n", path, number,
				wrong);
			return false;
		}
	}
	return true;
}

static void config_replace(struct config *config, bool broken)
{
	struct config *old = config_now;

	config->version = config_loads + 1;
	srcu_assign_pointer(&config_now, config); /* complete before it can be seen */
	__atomic_store_n(&config_loads, config->version, __ATOMIC_RELEASE);
	if (!old)
		return;
	if (broken) /* the memory itself stays, so that nothing else breaks */
		__atomic_store_n(&old->version, 0, __ATOMIC_RELAXED);
	else
		call_srcu(&config_srcu, &old->srcu, config_free);
}

bool config_load(const char *path, bool broken)
{
	struct config *config = calloc(1, sizeof(*config));
	FILE *file = config ? fopen(path, "r") : NULL;
	bool good = false;

	if (file) {
		good = config_read(config, path, file);
		fclose(file);
	} else {
		fprintf(stderr, "%s: %s: the old configuration stays\n", path, strerror(errno));
	}
	if (good)
		config_replace(config, broken);
	else
		free(config);
	if (!good)
		__atomic_fetch_add(&config_refusals, 1, __ATOMIC_RELEASE);
	return good;
}

const struct config *config_current(void)
{
	return srcu_dereference(&config_now, &config_srcu);
}

const char *config_value(const struct config *config, const char *key)
{
	for (size_t i = 0; i < config->count; i++)
		if (!strcmp(config->key[i], key))
			return config->value[i];
	return NULL;
}

void config_end(void)
{
	srcu_barrier(&config_srcu);
	free(config_now);
	config_now = NULL;
}

unsigned long config_loaded(void)
{
	return __atomic_load_n(&config_loads, __ATOMIC_ACQUIRE);
}

unsigned long config_refused(void)
{
	return __atomic_load_n(&config_refusals, __ATOMIC_ACQUIRE);
}

unsigned long config_freed(void)
{
	return __atomic_load_n(&config_frees, __ATOMIC_RELAXED);
}
