/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Operations that go through io_uring, which makes no system call for each of them. */
#pragma once

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, u32); /* tgid */
  __type(value, struct ring_use);
} rings SEC(".maps");

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_submit)
{
  struct task_struct *task = bpf_get_current_task_btf();
  struct task_state *state = bpf_task_storage_get(&states, task, 0, 0);
  u32 tgid = task->tgid;
  if (!state || !state->generation)
    return 0;
  struct ring_use *use = bpf_map_lookup_elem(&rings, &tgid);
  if (!use) {
    struct ring_use fresh = { .owner = state->identity };
    bpf_map_update_elem(&rings, &tgid, &fresh, BPF_NOEXIST);
    use = bpf_map_lookup_elem(&rings, &tgid);
    if (!use)
      return 0;
  }
  if (use->owner.exe != state->identity.exe)
    use->owner = state->identity;
  __sync_fetch_and_add(&use->submits, 1);
  return 0;
}

/* Runs wherever an operation ends: whose it was stands in the request. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_complete, void *ring, struct io_kiocb *request)
{
  struct io_kiocb___until_6_9 *old = (void *)request;
  u32 tgid = bpf_core_field_exists(old->task) ? BPF_CORE_READ(old, task, tgid)
                                              : BPF_CORE_READ(request, tctx, task, tgid);
  struct ring_use *use = bpf_map_lookup_elem(&rings, &tgid);
  if (use)
    __sync_fetch_and_add(&use->completions, 1);
  return 0;
}
