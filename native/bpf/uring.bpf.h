/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Operations that go through io_uring, which makes no system call for each of them. */
#pragma once

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, struct ring_key);
  __type(value, struct ring_use);
} rings SEC(".maps");

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_submit)
{
  struct task_struct *task = bpf_get_current_task_btf();
  struct ring_key key = { .start_ns = task->group_leader->start_boottime,
                          .execs = task->self_exec_id,
                          .tgid = task->tgid };
  struct ring_use *use = bpf_map_lookup_elem(&rings, &key);
  struct climb *climb = use ? 0 : cpu_climb();
  struct task_state *state = climb ? state_of(task, climb) : 0;
  if (state && state->generation) {
    struct ring_use fresh = { .owner = state->identity };
    bpf_map_update_elem(&rings, &key, &fresh, BPF_NOEXIST);
    use = bpf_map_lookup_elem(&rings, &key);
  }
  if (use)
    __sync_fetch_and_add(&use->submits, 1);
  else
    __sync_fetch_and_add(&lost_rings, 1);
  return 0;
}

/* Runs wherever an operation ends: whose it was stands in the request. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_complete, void *ring, struct io_kiocb *request)
{
  struct io_kiocb___until_6_9 *old = (void *)request;
  struct task_struct *task = bpf_core_field_exists(old->task)
                                 ? BPF_CORE_READ(old, task)
                                 : BPF_CORE_READ(request, tctx, task);
  struct ring_key key = { .start_ns = BPF_CORE_READ(task, group_leader, start_boottime),
                          .execs = BPF_CORE_READ(task, self_exec_id),
                          .tgid = BPF_CORE_READ(task, tgid) };
  struct ring_use *use = bpf_map_lookup_elem(&rings, &key);
  if (use)
    __sync_fetch_and_add(&use->completions, 1);
  return 0;
}
