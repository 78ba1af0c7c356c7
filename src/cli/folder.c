/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/index.h"

static bool is_folder(const char *path)
{
	struct stat st;

	/* A link to a folder may lead back up. */
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void walk(const char *dir, struct words *out)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, NULL, NULL);

	for (int i = 0; i < n; i++) {
		char *path = path_join(dir, list[i]->d_name);

		if (list[i]->d_name[0] != '.') {
			if (is_folder(path))
				walk(path, out);
			else if (str_ends(list[i]->d_name, ".c"))
				words_add(out, path);
		}
		free(path);
		free(list[i]);
	}
	free(list);
}

void folder_sources(const char *dir, struct words *out)
{
	walk(dir, out);
	if (out->n)
		qsort(out->at, out->n, sizeof(out->at[0]), by_name);
}

void folder_remove(const char *dir)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, NULL, NULL);

	for (int i = 0; i < n; i++) {
		char *path = path_join(dir, list[i]->d_name);

		if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0) {
			if (is_folder(path))
				folder_remove(path);
			else
				unlink(path);
		}
		free(path);
		free(list[i]);
	}
	free(list);
	rmdir(dir);
}
