/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the ABI of system calls is on each CPU: where the number stands, which calls are special,
 * and how to tell that a task called by the table of the 32-bit ABI.
 */
#pragma once

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
  unsigned long orig_ax;
  unsigned long si;
  unsigned long r8;
} __attribute__((preserve_access_index));

#define CALL_NUMBER(regs) ((int)(regs)->orig_ax)
#define X32_BIT 0x40000000
#define TS_COMPAT 0x0002
#define IS_COMPAT(task) ((task)->thread_info.status & TS_COMPAT)

/* The destination of a datagram sent without a connection: sendto's fifth argument, and the first
 * member of what the second of sendmsg and sendmmsg points to. */
#define NR_SENDTO 44
#define NR_SENDMSG 46
#define NR_SENDMMSG 307
#define SENDTO_ADDRESS(regs) ((regs)->r8)
#define SENDMSG_HEADER(regs) ((regs)->si)

#define NR_SIGRETURN 15
#define NR_EXIT 60
#define NR_EXIT_GROUP 231
#define IS_FORK(nr) ((nr) == 56 || (nr) == 57 || (nr) == 58 || (nr) == 435)
#define NATIVE_LOW 335 /* numbers 335 … 423 are unused */

#define COMPAT_SIGRETURN 119
#define COMPAT_EXIT 1
#define COMPAT_EXIT_GROUP 252
#define IS_COMPAT_FORK(nr) ((nr) == 2 || (nr) == 120 || (nr) == 190 || (nr) == 435)

/* read pread64 readv recvfrom recvmsg preadv preadv2; write pwrite64 writev sendto sendmsg
 * pwritev pwritev2. sendfile, splice and their like move bytes without handing them out. */
#define NATIVE_FAMILY                                                                     \
  {                                                                                       \
    [0] = 1, [17] = 1, [19] = 1, [45] = 1, [47] = 1, [295] = 1, [327] = 1, [1] = 2,       \
    [18] = 2, [20] = 2, [44] = 2, [46] = 2, [296] = 2, [328] = 2,                         \
  }
#define COMPAT_FAMILY                                                                     \
  {                                                                                       \
    [3] = 1, [180] = 1, [145] = 1, [371] = 1, [372] = 1, [333] = 1, [378] = 1, [4] = 2,   \
    [181] = 2, [146] = 2, [369] = 2, [370] = 2, [334] = 2, [379] = 2,                     \
  }

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
  __u64 regs[31];
  int syscallno;
} __attribute__((preserve_access_index));

#define CALL_NUMBER(regs) ((regs)->syscallno)
#define X32_BIT 0
#define TIF_32BIT 22
#define IS_COMPAT(task) ((task)->thread_info.flags & (1UL << TIF_32BIT))

#define NR_SENDTO 206
#define NR_SENDMSG 211
#define NR_SENDMMSG 269
#define SENDTO_ADDRESS(regs) ((regs)->regs[4])
#define SENDMSG_HEADER(regs) ((regs)->regs[1])

#define NR_SIGRETURN 139
#define NR_EXIT 93
#define NR_EXIT_GROUP 94
#define IS_FORK(nr) ((nr) == 220 || (nr) == 435)
#define NATIVE_LOW 295 /* numbers 295 … 423 are unused */

#define COMPAT_SIGRETURN 119
#define COMPAT_EXIT 1
#define COMPAT_EXIT_GROUP 248
#define IS_COMPAT_FORK(nr) ((nr) == 2 || (nr) == 120 || (nr) == 190 || (nr) == 435)

#define NATIVE_FAMILY                                                                     \
  {                                                                                       \
    [63] = 1, [67] = 1, [65] = 1, [207] = 1, [212] = 1, [69] = 1, [286] = 1, [64] = 2,    \
    [68] = 2, [66] = 2, [206] = 2, [211] = 2, [70] = 2, [287] = 2,                        \
  }
#define COMPAT_FAMILY                                                                     \
  {                                                                                       \
    [3] = 1, [180] = 1, [145] = 1, [292] = 1, [297] = 1, [361] = 1, [392] = 1, [4] = 2,   \
    [181] = 2, [146] = 2, [290] = 2, [296] = 2, [362] = 2, [393] = 2,                     \
  }

#else
#error "define __TARGET_ARCH_x86 or __TARGET_ARCH_arm64"
#endif
