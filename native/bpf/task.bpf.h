/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A task's state: its generation, what it used of the machine, and how its totals are sent. */
#pragma once

/* An exec under way has changed some of a task already, while its totals are the old program's. */
static bool in_exec(struct task_struct *task)
{
  return bpf_core_field_exists(task->in_execve) && BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
}

static u64 next_generation(void)
{
  return __sync_fetch_and_add(&last_generation, 1) + 1;
}

static void read_usage(struct task_struct *task, struct usage *usage)
{
  usage->cpu_ns = task->se.sum_exec_runtime;
  usage->switches = task->nvcsw + task->nivcsw;
  usage->minor_faults = task->min_flt;
  usage->major_faults = task->maj_flt;
  usage->read_bytes = 0; /* `collect_task` knows */
  usage->write_bytes = 0;
  if (bpf_core_field_exists(task->ioac.read_bytes)) {
    usage->disk_read_bytes = task->ioac.read_bytes;
    usage->disk_write_bytes = task->ioac.write_bytes;
  }
}

static void subtract(struct usage *usage, const struct usage *base)
{
  usage->cpu_ns -= base->cpu_ns;
  usage->switches -= base->switches;
  usage->minor_faults -= base->minor_faults;
  usage->major_faults -= base->major_faults;
  usage->disk_read_bytes -= base->disk_read_bytes;
  usage->disk_write_bytes -= base->disk_write_bytes;
}

/* The state of a task, made when it is first met; 0 where the task ended or memory is short. */
static struct task_state *state_of(struct task_struct *task, struct climb *climb)
{
  struct task_state *state =
      bpf_task_storage_get(&states, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!state || state->ended)
    return 0;
  if (state->generation == 0) {
    identify(task, &state->identity, climb);
    /* What ran before the start is not ours; a task born since began at zero. */
    if (task->start_boottime < started_ns)
      read_usage(task, &state->base);
    /* The iterator on another CPU may be here too: one of the two generations stays. */
    __sync_val_compare_and_swap(&state->generation, 0, next_generation());
  }
  return state;
}

static u64 resident_pages(struct mm_struct *mm)
{
  /* The kernel's own approximation: up to 32 pages per CPU and kind are not yet added up. */
  struct mm_struct___until_6_1 *old = (void *)mm;
  s64 pages = 0;
  if (bpf_core_field_exists(old->rss_stat.count))
    pages = BPF_CORE_READ(old, rss_stat.count[0].counter) +
            BPF_CORE_READ(old, rss_stat.count[1].counter) +
            BPF_CORE_READ(old, rss_stat.count[3].counter);
  else
    pages = BPF_CORE_READ(mm, rss_stat[0].count) + BPF_CORE_READ(mm, rss_stat[1].count) +
            BPF_CORE_READ(mm, rss_stat[3].count);
  return pages > 0 ? pages : 0;
}

static u32 ones(u64 bits)
{
  return __builtin_popcountll(bits);
}

static u32 open_descriptors(struct task_struct *task)
{
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  if (!table)
    return 0;
  u32 words = BPF_CORE_READ(table, max_fds) / 64;
  unsigned long *bits = BPF_CORE_READ(table, open_fds);
  u32 count = 0;
  for (u32 i = 0; i < 64; i++) { /* the first 4,096 descriptors */
    u64 word = 0;
    if (i >= words)
      break;
    bpf_probe_read_kernel(&word, sizeof(word), &bits[i]);
    count += ones(word);
  }
  return count;
}

static void describe(struct task_struct *task, struct task_record *record, u32 kind)
{
  record->kind = kind;
  record->cell_count = 0;
  record->next_generation = 0;
  record->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
  record->tgid = task->tgid;
  record->pid = task->pid;
  record->parent = BPF_CORE_READ(task, real_parent, tgid);
  record->flags = (task->flags & PF_KTHREAD ? TASK_KERNEL : 0) |
                  (task->pid == task->tgid ? TASK_LEADER : 0);
  record->rss_pages = 0;
  record->descriptors = 0;
  record->unused = 0;
}

struct collection {
  struct flush *flush;
  struct table *table;
  u32 tag;
  u32 clear;
};

/* One step over the touched slots of a table. The position lives in map memory, where the
 * verifier does not follow it: else every step would be a state of its own. */
static long collect(u32 step, struct collection *collection)
{
  struct flush *flush = collection->flush;
  struct table *table = collection->table;
  u32 word = flush->word;
  u64 bits = flush->bits;
  if (!bits) {
    word++;
    if (word >= CALL_WORDS)
      return 1;
    flush->word = word;
    flush->bits = table->touched[word];
    return 0;
  }
  u64 low = bits & -bits;
  u32 slot = word * 64 + ones(low - 1);
  u32 count = flush->record.cell_count;
  flush->bits = bits ^ low;
  if (slot >= CALL_SLOTS || count >= MAX_CELLS - 1)
    return 1;
  struct pair *pair = &table->pair[slot];
  struct cell *cell = &flush->cells[count];
  cell->slot = slot;
  cell->table = collection->tag;
  cell->first = pair->first;
  cell->second = pair->second;
  flush->record.cell_count = count + 1;
  if (collection->clear) {
    pair->first = 0;
    pair->second = 0;
  }
  return 0;
}

static void collect_table(struct flush *flush, struct table *table, u32 tag, u32 clear)
{
  struct collection collection = { .flush = flush, .table = table, .tag = tag, .clear = clear };
  flush->word = 0;
  flush->bits = table->touched[0];
  bpf_loop(CALL_SLOTS + CALL_WORDS, collect, &collection, 0);
  if (clear) {
    table->total = 0;
    for (u32 i = 0; i < CALL_WORDS; i++)
      table->touched[i] = 0;
  }
}

static void collect_sizes(struct flush *flush, u32 *sizes, u32 tag, u32 clear)
{
  for (u32 bucket = 0; bucket < SIZE_BUCKETS; bucket++) {
    u32 count = flush->record.cell_count;
    if (!sizes[bucket])
      continue;
    if (count >= MAX_CELLS - 1)
      return;
    struct cell *cell = &flush->cells[count];
    cell->slot = bucket;
    cell->table = tag;
    cell->first = sizes[bucket];
    cell->second = 0;
    flush->record.cell_count = count + 1;
    if (clear)
      sizes[bucket] = 0;
  }
}

static void collect_transfers(struct flush *flush, struct transfers *transfers, u32 clear)
{
  flush->record.usage.read_bytes = transfers->bytes[0];
  flush->record.usage.write_bytes = transfers->bytes[1];
  collect_sizes(flush, transfers->sizes[0], TABLE_READ_SIZES, clear);
  collect_sizes(flush, transfers->sizes[1], TABLE_WRITE_SIZES, clear);
  if (clear) {
    transfers->bytes[0] = 0;
    transfers->bytes[1] = 0;
  }
}

/* Puts everything a task counted into `flush`; returns its number of native calls. */
static u32 collect_task(struct task_struct *task, struct flush *flush, u32 clear)
{
  u32 total = 0;
  struct native_table *native = bpf_task_storage_get(&native_calls, task, 0, 0);
  if (native) {
    total = native->table.total;
    collect_table(flush, &native->table, TABLE_NATIVE, clear);
    collect_transfers(flush, &native->transfers, clear);
  }
  struct table *table = bpf_task_storage_get(&native_retries, task, 0, 0);
  if (table)
    collect_table(flush, table, TABLE_NATIVE_RETRIES, clear);
  table = bpf_task_storage_get(&compat_calls, task, 0, 0);
  if (table)
    collect_table(flush, table, TABLE_COMPAT, clear);
  table = bpf_task_storage_get(&compat_retries, task, 0, 0);
  if (table)
    collect_table(flush, table, TABLE_COMPAT_RETRIES, clear);
  return total;
}

/* The mask tells the verifier what `collect` ensures: fewer cells than fit. */
static u64 record_size(const struct flush *flush)
{
  return sizeof(struct task_record) +
         (flush->record.cell_count & (MAX_CELLS - 1)) * sizeof(struct cell);
}
