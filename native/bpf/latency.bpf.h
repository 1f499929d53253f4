/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How long calls take, where it is asked for: it takes a second program and a clock at every
 * call. Without it the code at sys_exit is taken out at load, since `measure_latency` is constant.
 */
#pragma once

struct entered {
  u64 at_ns;
};

TASK_STORAGE(entries, struct entered);

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 65536);
  __type(key, struct latency_key);
  __type(value, u64);
} latencies SEC(".maps");

const volatile bool measure_latency = false;

__u64 lost_latencies = 0; /* the map was full */

SEC("tp_btf/sys_enter")
int BPF_PROG(on_enter)
{
  struct entered *entered = bpf_task_storage_get(&entries, bpf_get_current_task_btf(), 0,
                                                 BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (entered)
    entered->at_ns = bpf_ktime_get_ns();
  return 0;
}

static u32 log2_of(u64 value)
{
  u32 bits = 0;
  for (u32 step = 32; step > 0; step /= 2) {
    if (value >> step) {
      bits += step;
      value >>= step;
    }
  }
  return bits;
}

static __noinline int count_latency(struct task_struct *task, u32 slot)
{
  struct entered *entered = bpf_task_storage_get(&entries, task, 0, 0);
  struct task_state *state = bpf_task_storage_get(&states, task, 0, 0);
  if (!entered || !entered->at_ns || !state)
    return 0;
  struct latency_key key = { .identity = state->identity, .slot = slot };
  key.bucket = log2_of(bpf_ktime_get_ns() - entered->at_ns);
  entered->at_ns = 0;
  u64 *count = bpf_map_lookup_elem(&latencies, &key);
  if (!count) {
    u64 none = 0;
    bpf_map_update_elem(&latencies, &key, &none, BPF_NOEXIST);
    count = bpf_map_lookup_elem(&latencies, &key);
  }
  if (count)
    __sync_fetch_and_add(count, 1);
  else
    __sync_fetch_and_add(&lost_latencies, 1);
  return 0;
}
