/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Fork, exec and exit: the moments at which a task changes who it is, or is gone. */
#pragma once

static void end_generation(struct task_state *state)
{
  __sync_lock_test_and_set(&state->generation, 0); /* a full barrier: see read_tasks */
}

static struct flush *cpu_flush(void)
{
  u32 zero = 0;
  return bpf_map_lookup_elem(&flushes, &zero);
}

/* Sends what a task counted. Where the ring is full, the calls nobody saw are added up apart. */
static void send_totals(struct flush *flush, u32 unseen)
{
  if (send(&flush->record, record_size(flush)))
    __sync_fetch_and_add(&lost_calls, unseen);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
  struct climb *climb = cpu_climb();
  if (child->pid != child->tgid || child->flags & PF_KTHREAD || !climb)
    return 0;
  struct task_state *state = state_of(parent, climb);
  struct task_record record = {};
  if (!state)
    return 0;
  describe(child, &record, RECORD_FORK);
  record.identity = state->identity;
  record.parent = parent->tgid;
  send(&record, sizeof(record));
  return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
  struct climb *climb = cpu_climb();
  struct flush *flush = cpu_flush();
  if (!climb || !flush)
    return 0;
  struct task_state *state = state_of(task, climb);
  if (!state) { /* what it counted so far goes on under the new name */
    __sync_fetch_and_add(&lost_storage, 1);
    return 0;
  }
  flush->record.generation = state->generation;
  end_generation(state);
  describe(task, &flush->record, RECORD_EXEC);
  flush->record.identity = state->identity;
  read_usage(task, &flush->record.usage);
  struct usage now = flush->record.usage;
  subtract(&flush->record.usage, &state->base);
  state->base = now;
  u32 total = collect_task(task, flush, 1);
  identify(task, &state->identity, climb);
  u64 generation = next_generation();
  flush->record.next_generation = generation;
  flush->record.next = state->identity;
  send_totals(flush, total - state->seen_total);
  state->seen_total = 0;
  state->seen = 0;
  __sync_lock_test_and_set(&state->generation, generation);
  return 0;
}

SEC("tp_btf/mark_victim")
int BPF_PROG(on_oom, struct task_struct *task)
{
  struct task_state *state = bpf_task_storage_get(&states, task, 0, 0);
  struct task_record record = {};
  if (!state)
    return 0;
  describe(task, &record, RECORD_OOM);
  record.identity = state->identity;
  send(&record, sizeof(record));
  return 0;
}

/* exit and exit_group never return: the call stands in the registers of the task that ends. */
static void count_last_call(struct task_struct *task)
{
  if (task->flags & PF_KTHREAD)
    return;
  struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
  bool compat = IS_COMPAT(task);
  int nr = compat ? CALL_NUMBER(regs) : CALL_NUMBER(regs) & ~X32_BIT;
  if (compat ? nr != COMPAT_EXIT && nr != COMPAT_EXIT_GROUP : nr != NR_EXIT && nr != NR_EXIT_GROUP)
    return;
  struct native_table *native = made_native(task);
  if (!native)
    __sync_fetch_and_add(&lost_calls, 1);
  if (!native || (u32)nr >= CALL_SLOTS)
    return;
  count_early(task);
  struct table *table = compat ? made(&compat_calls, task) : &native->table;
  if (table)
    add(table, nr, 1, 0);
  native->table.total++;
}

/* Nobody will know whose the calls of a task are that was never given a state. */
static void lose_task(struct task_struct *task)
{
  u32 thread = task->pid;
  struct native_table *native = bpf_task_storage_get(&native_calls, task, 0, 0);
  __sync_fetch_and_add(&lost_storage, 1);
  if (native)
    __sync_fetch_and_add(&lost_calls, native->table.total);
  bpf_map_delete_elem(&early_calls, &thread);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
  struct climb *climb = cpu_climb();
  struct flush *flush = cpu_flush();
  if (!climb || !flush)
    return 0;
  struct task_state *state = state_of(task, climb);
  if (!state) {
    lose_task(task);
    return 0;
  }
  count_last_call(task);
  flush->record.generation = state->generation;
  state->ended = 1;
  end_generation(state);
  describe(task, &flush->record, RECORD_EXIT);
  if (BPF_CORE_READ(task, signal, live.counter) == 0)
    flush->record.flags |= TASK_GROUP_DEAD;
  flush->record.identity = state->identity;
  flush->record.identity.cgroup = cgroup_of(task, climb);
  read_usage(task, &flush->record.usage);
  subtract(&flush->record.usage, &state->base);
  u32 total = collect_task(task, flush, 0);
  send_totals(flush, total - state->seen_total);
  return 0;
}
