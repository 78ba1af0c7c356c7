/* SPDX-License-Identifier: MIT */
/*
 * Where LLVM gives up on a file.  Its own complaints (report_fatal_error) jump back to the caller;
 * what LLVM had allocated is lost.  Bits that were flipped inside a file can also crash LLVM's
 * reader, which trusts its input: then nothing in this process can be trusted either, so it says
 * which file it was and ends with the status for bad input.
 *
 * Both handlers are the process's and are installed once; they act only in a thread that is
 * between fatal_enter() and fatal_leave().  Under AddressSanitizer crashes are left to it.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <llvm-c/ErrorHandling.h>

#include "bitcode/fatal.h"

enum { EXIT_BAD_INPUT = 2 };

static _Thread_local struct fatal *current;

void fatal_one_line(char *out, size_t bytes, const char *s)
{
	size_t n = 0;

	for (; *s && n + 1 < bytes; s++)
		out[n++] = (unsigned char)*s < ' ' ? ' ' : *s;
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = 0;
}

static void on_fatal(const char *reason)
{
	struct fatal *f = current;

	if (!f)
		return; /* LLVM ends the program */
	fatal_one_line(f->text, sizeof(f->text), reason);
	current = NULL;
	longjmp(f->back, 1);
}

#ifndef __SANITIZE_ADDRESS__
static void say(const char *s)
{
	ssize_t done = write(STDERR_FILENO, s, strlen(s));

	(void)done;
}

static void on_signal(int sig)
{
	if (current) {
		say(current->path);
		say(": broken bitcode: LLVM crashed on it; compile this source again\n");
		_exit(EXIT_BAD_INPUT);
	}
	signal(sig, SIG_DFL);
	raise(sig);
}
#endif

static void install(void)
{
	LLVMInstallFatalErrorHandler(on_fatal);
#ifndef __SANITIZE_ADDRESS__
	static const int sigs[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	for (size_t i = 0; i < ARRAY_LEN(sigs); i++)
		sigaction(sigs[i], &a, NULL);
#endif
}

void fatal_enter(struct fatal *f)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
	current = f;
}

void fatal_leave(void)
{
	current = NULL;
}
