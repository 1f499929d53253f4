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

static struct native_table *made_native(struct task_struct *task)
{
  struct native_table *table =
      bpf_task_storage_get(&native_calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!table)
    __sync_fetch_and_add(&lost_storage, 1);
  return table;
}

static struct table *made(void *map, struct task_struct *task)
{
  struct table *table = bpf_task_storage_get(map, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!table)
    __sync_fetch_and_add(&lost_storage, 1);
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

/* The first call seen of a task. In a new task that is the return of the clone or fork which
 * made it: no call of its own. */
static __noinline int first_call(struct task_struct *task, int nr, long ret)
{
  struct climb *climb = cpu_climb();
  bool compat = IS_COMPAT(task);
  struct native_table *native = made_native(task);
  if (!native || !climb)
    return 0;
  state_of(task, climb);
  if (ret == 0 && (compat ? IS_COMPAT_FORK(nr) : IS_FORK(nr)))
    __sync_fetch_and_add(&child_returns, 1);
  else if (compat)
    count_compat(task, nr, ret);
  else
    count_native(task, native, nr, ret);
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
