/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Counts every system call when it returns: the one program on a hot path. */
#pragma once

#define EAGAIN 11
#define MAX_ERRNO 4095
#define ERESTARTSYS 512 /* … 516, ERESTART_RESTARTBLOCK: the kernel will call again */
#define ERESTART_LAST 516

static __always_inline u32 high_slot(u32 nr)
{
  u32 high = nr - CALL_HIGH;
  return high < CALL_OTHER_SLOT - CALL_HIGH_SLOT ? CALL_HIGH_SLOT + high : CALL_OTHER_SLOT;
}

static __always_inline u32 native_slot(u32 nr)
{
  if (nr < NATIVE_LOW)
    return nr;
  nr &= ~X32_BIT; /* the x32 ABI calls by the native numbers with this bit, and 512 … 547 */
  return nr < NATIVE_LOW ? nr : high_slot(nr);
}

static __always_inline void add(struct table *table, u32 slot, u32 first, u32 second)
{
  if (slot >= CALL_SLOTS)
    return;
  struct pair *pair = &table->pair[slot];
  pair->first += first;
  pair->second += second;
  table->touched[slot / 64] |= 1ULL << (slot & 63);
}

/* Which calls move bytes and return how many: by slot, 1 the read family, 2 the write family. */
const volatile __u8 native_family[CALL_SLOTS] = NATIVE_FAMILY;
const volatile __u8 compat_family[CALL_SLOTS] = COMPAT_FAMILY;

static __always_inline u32 size_bucket(u32 size)
{
  u32 bits = 0;
  if (size >> 16) {
    bits = 16;
    size >>= 16;
  }
  if (size >> 8) {
    bits += 8;
    size >>= 8;
  }
  if (size >> 4) {
    bits += 4;
    size >>= 4;
  }
  if (size >> 2) {
    bits += 2;
    size >>= 2;
  }
  return bits + (size >> 1) + (size > 0);
}

static __always_inline void count_transfer(struct transfers *transfers, u32 family, u64 bytes)
{
  u32 way = family - 1;
  if (way > 1)
    return;
  transfers->bytes[way] += bytes;
  transfers->sizes[way][size_bucket(bytes) & (SIZE_BUCKETS - 1)]++;
}

static bool fails_for_test(void)
{
  return fail_storage && __sync_fetch_and_add(&storage_attempts, 1) % fail_storage == 0;
}

static struct native_table *made_native(struct task_struct *task)
{
  if (fails_for_test())
    return bpf_task_storage_get(&native_calls, task, 0, 0);
  return bpf_task_storage_get(&native_calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static struct table *made(void *map, struct task_struct *task)
{
  struct table *table = bpf_task_storage_get(map, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!table) {
    __sync_fetch_and_add(&lost_storage, 1);
    __sync_fetch_and_add(&lost_calls, 1);
  }
  return table;
}

static __noinline int count_retry(struct task_struct *task, u32 slot, long ret, bool compat)
{
  struct table *table = compat ? made(&compat_retries, task) : made(&native_retries, task);
  if (table)
    add(table, slot, ret == -EAGAIN, ret != -EAGAIN);
  return 0;
}

static __always_inline bool is_retry(long ret)
{
  return ret == -EAGAIN || (ret <= -ERESTARTSYS && ret >= -ERESTART_LAST);
}

static __always_inline void count(struct task_struct *task, struct table *table, u32 slot, long ret,
                                  bool compat)
{
  u32 failed = 0;
  if (slot >= CALL_SLOTS)
    return;
  if ((u64)ret >= (u64)-MAX_ERRNO) {
    if (is_retry(ret))
      count_retry(task, slot, ret, compat);
    else
      failed = 1;
  }
  struct pair *pair = &table->pair[slot];
  u32 calls = pair->first;
  pair->first = calls + 1;
  table->total++;
  if (calls == 0)
    table->touched[slot / 64] |= 1ULL << (slot & 63);
  if (failed)
    pair->second++;
}

/* By the 32-bit table. Numbers from 424 on mean the same in every ABI: they count as native. */
static __noinline int count_compat(struct task_struct *task, int nr, long ret)
{
  struct native_table *native = made_native(task);
  struct table *table = made(&compat_calls, task);
  if (!native || !table)
    return 0;
  if (nr < 0) { /* a return from a signal handler: its result is the interrupted code's register */
    count(task, table, COMPAT_SIGRETURN, 0, true);
  } else if (nr >= CALL_HIGH) {
    count(task, &native->table, high_slot(nr), ret, false);
  } else {
    count(task, table, nr, ret, true);
    native->table.total++;
    if (compat_family[nr] && ret >= 0)
      count_transfer(&native->transfers, compat_family[nr], ret);
  }
  return 0;
}

static __always_inline void count_native(struct task_struct *task, struct native_table *native,
                                         int nr, long ret)
{
  if (nr < 0) {
    count(task, &native->table, NR_SIGRETURN, 0, false);
    return;
  }
  u32 slot = native_slot(nr);
  count(task, &native->table, slot, ret, false);
  if (measure_latency)
    count_latency(task, slot);
  if (slot < CALL_SLOTS && native_family[slot] && ret >= 0)
    count_transfer(&native->transfers, native_family[slot], ret);
}

/* Remembers a call of a task that has no counters yet. */
static void keep_early(struct task_struct *task, int nr, long ret, bool compat)
{
  u32 thread = task->pid;
  struct early *early = bpf_map_lookup_elem(&early_calls, &thread);
  if (!early) {
    u32 zero = 0;
    struct early *blank = bpf_map_lookup_elem(&blank_early, &zero);
    if (blank)
      bpf_map_update_elem(&early_calls, &thread, blank, BPF_NOEXIST);
    early = bpf_map_lookup_elem(&early_calls, &thread);
  }
  u64 at = early ? early->count : EARLY_CALLS;
  if (!early || at >= EARLY_CALLS) {
    __sync_fetch_and_add(&lost_storage, 1);
    __sync_fetch_and_add(&lost_calls, 1);
    return;
  }
  early->calls[at].nr = nr;
  early->calls[at].ret = ret;
  early->calls[at].compat = compat;
  early->count = at + 1;
}

/* The first of a new task: the return of the clone or fork which made it is no call of its own. */
static bool is_child_return(int nr, long ret, bool compat)
{
  return ret == 0 && (compat ? IS_COMPAT_FORK(nr) : IS_FORK(nr & ~X32_BIT));
}

static void count_cold(struct task_struct *task, struct native_table *native, int nr, long ret,
                       bool compat)
{
  if (compat)
    count_compat(task, nr, ret);
  else
    count_native(task, native, nr, ret);
}

struct early_walk {
  struct task_struct *task;
  struct native_table *native;
  struct early *early;
};

static long count_early_call(u32 at, struct early_walk *walk)
{
  struct early *early = walk->early;
  if (at >= EARLY_CALLS || at >= early->count)
    return 1;
  struct early_call *call = &early->calls[at];
  if (at == 0 && is_child_return(call->nr, call->ret, call->compat))
    __sync_fetch_and_add(&child_returns, 1);
  else
    count_cold(walk->task, walk->native, call->nr, call->ret, call->compat);
  return 0;
}

/* Counts what was remembered before the counters were there. */
static __noinline bool count_early(struct task_struct *task)
{
  u32 thread = task->pid;
  struct early_walk walk = {
    .task = task,
    .native = bpf_task_storage_get(&native_calls, task, 0, 0),
    .early = bpf_map_lookup_elem(&early_calls, &thread),
  };
  if (!walk.native || !walk.early)
    return false;
  __sync_fetch_and_add(&late_storage, 1);
  bpf_loop(EARLY_CALLS, count_early_call, &walk, 0);
  bpf_map_delete_elem(&early_calls, &thread);
  return true;
}

/* The first call seen of a task, or one before which its counters could not be made. */
static __noinline int first_call(struct task_struct *task, int nr, long ret)
{
  struct climb *climb = cpu_climb();
  bool compat = IS_COMPAT(task);
  struct native_table *native = made_native(task);
  if (!native || !climb) {
    keep_early(task, nr, ret, compat);
    return 0;
  }
  state_of(task, climb);
  if (!count_early(task) && is_child_return(nr, ret, compat))
    __sync_fetch_and_add(&child_returns, 1);
  else
    count_cold(task, native, nr, ret, compat);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(count_call, struct pt_regs *regs, long ret)
{
  struct task_struct *task = bpf_get_current_task_btf();
  int nr = CALL_NUMBER(regs);
  struct native_table *native = bpf_task_storage_get(&native_calls, task, 0, 0);
  if (!native)
    return first_call(task, nr, ret);
  if (IS_COMPAT(task))
    return count_compat(task, nr, ret);
  count_native(task, native, nr, ret);
  return 0;
}
