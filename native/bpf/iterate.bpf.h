/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Once a tick: the totals of every task that did anything since the last one. */
#pragma once

/* Set by user space after records were lost: hand out every task once, so that those which
 * ended unseen are noticed by their absence. */
__u32 all_tasks = 0;

/* A process may change cgroup, user and name at any time, its executable only by exec. */
static void refresh_identity(struct task_struct *task, struct task_state *state,
                             struct climb *climb)
{
  struct identity now = { .exe = state->identity.exe };
  struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  now.cgroup = cgroup_of(task, climb);
  now.uid = BPF_CORE_READ(task, cred, uid.val);
  bpf_probe_read_kernel(now.comm, sizeof(now.comm), &leader->comm);
  if (in_exec(task))
    return;
  if (is_own(task, now.exe & EXECUTABLE_ID)) { /* met before this walk told who we are */
    if ((u32)task->tgid == own_tgid)
      own_exe = now.exe & EXECUTABLE_ID;
    now.exe |= OWN_PROCESS;
  }
  state->identity = now;
}

SEC("iter/task")
int read_tasks(struct bpf_iter__task *context)
{
  struct task_struct *task = context->task;
  u32 zero = 0;
  struct flush *flush = bpf_map_lookup_elem(&iterator_flush, &zero);
  struct climb *climb = bpf_map_lookup_elem(&iterator_climb, &zero);
  if (!task || !flush || !climb)
    return 0;
  own_tgid = bpf_get_current_pid_tgid() >> 32;
  struct task_state *state = state_of(task, climb);
  if (!state)
    return 0;
  u64 generation = state->generation;
  if (!generation)
    return 0;
  struct native_table *native = bpf_task_storage_get(&native_calls, task, 0, 0);
  u32 total = native ? native->table.total : 0;
  u64 cpu_ns = task->se.sum_exec_runtime;
  if (!all_tasks && state->seen && total == state->seen_total && cpu_ns == state->seen_cpu_ns)
    return 0;

  flush->record.generation = generation;
  describe(task, &flush->record, RECORD_TASK);
  refresh_identity(task, state, climb);
  flush->record.identity = state->identity;
  read_usage(task, &flush->record.usage);
  subtract(&flush->record.usage, &state->base);
  if (task->mm) { /* of any thread that did something: leaders of servers often only wait */
    flush->record.flags |= TASK_MEMORY;
    flush->record.rss_pages = resident_pages(task->mm);
    flush->record.descriptors = open_descriptors(task);
  }
  total = collect_task(task, flush, 0);
  /* A flush at exec or exit ends the generation before it touches a counter. */
  if (__sync_fetch_and_add(&state->generation, 0) != generation)
    return 0;
  if (bpf_seq_write(context->meta->seq, &flush->record, record_size(flush)))
    return 0; /* the buffer is full: the kernel comes again with this task */
  state->seen = 1;
  state->seen_total = total;
  state->seen_cpu_ns = cpu_ns;
  return 0;
}
