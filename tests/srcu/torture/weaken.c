/* SPDX-License-Identifier: MIT */
/*
 * Runs a program on a kernel that lacks something: `weaken [no-rseq] [no-membarrier] --
 * PROGRAM...`. A seccomp filter answers ENOSYS, as an old kernel or a container's filter would.
 * `no-rseq` also sets glibc's tunable, so that both ways of not having rseq are the same run.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_rseq
#ifdef __x86_64__
#define SYS_rseq 334
#else
#define SYS_rseq 293
#endif
#endif

static int refuse(unsigned number)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("weaken: seccomp");
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "no-membarrier")) {
			if (refuse(SYS_membarrier))
				return 77;
		} else if (!strcmp(argv[i], "no-rseq")) {
			if (refuse(SYS_rseq))
				return 77;
			setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
		} else {
			break;
		}
	}
	if (i + 1 >= argc || strcmp(argv[i], "--")) {
		fprintf(stderr,
			"usage: weaken [no-rseq] [no-membarrier] -- PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
