/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the ABI of system calls is on each CPU: where the number stands, which calls are special,
 * and how to tell that a task called by the table of the 32-bit ABI.
 */
#pragma once

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
  unsigned long orig_ax;
} __attribute__((preserve_access_index));

#define CALL_NUMBER(regs) ((int)(regs)->orig_ax)
#define X32_BIT 0x40000000
#define TS_COMPAT 0x0002
#define IS_COMPAT(task) ((task)->thread_info.status & TS_COMPAT)

#define NR_SIGRETURN 15
#define NR_EXIT 60
#define NR_EXIT_GROUP 231
#define IS_FORK(nr) ((nr) == 56 || (nr) == 57 || (nr) == 58 || (nr) == 435)
#define NATIVE_LOW 335 /* numbers 335 … 423 are unused */

#define COMPAT_SIGRETURN 119
#define COMPAT_EXIT 1
#define COMPAT_EXIT_GROUP 252
#define IS_COMPAT_FORK(nr) ((nr) == 2 || (nr) == 120 || (nr) == 190 || (nr) == 435)

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
  int syscallno;
} __attribute__((preserve_access_index));

#define CALL_NUMBER(regs) ((regs)->syscallno)
#define X32_BIT 0
#define TIF_32BIT 22
#define IS_COMPAT(task) ((task)->thread_info.flags & (1UL << TIF_32BIT))

#define NR_SIGRETURN 139
#define NR_EXIT 93
#define NR_EXIT_GROUP 94
#define IS_FORK(nr) ((nr) == 220 || (nr) == 435)
#define NATIVE_LOW 295 /* numbers 295 … 423 are unused */

#define COMPAT_SIGRETURN 119
#define COMPAT_EXIT 1
#define COMPAT_EXIT_GROUP 248
#define IS_COMPAT_FORK(nr) ((nr) == 2 || (nr) == 120 || (nr) == 190 || (nr) == 435)

#else
#error "define __TARGET_ARCH_x86 or __TARGET_ARCH_arm64"
#endif
