// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What a program at sys_exit costs that does nothing: the floor under every other. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tp_btf/sys_exit")
int empty(void *context) { return 0; }

char LICENSE[] SEC("license") = "Dual BSD/GPL";
