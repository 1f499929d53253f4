// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The kernel side of the collector. See docs/collector-ebpf.md for what each program is for. */
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "records.h"
#include "maps.bpf.h"
#include "identity.bpf.h"
#include "task.bpf.h"
#include "latency.bpf.h"
#include "calls.bpf.h"
#include "lifecycle.bpf.h"
#include "iterate.bpf.h"
#include "flows.bpf.h"
#include "sockets.bpf.h"
#include "seed.bpf.h"
#include "block.bpf.h"
#include "uring.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
