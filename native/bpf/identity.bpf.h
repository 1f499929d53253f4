/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who a task is: its executable and its cgroup as small ids. The text behind an id is sent once,
 * when the id is first seen, as names from the leaf to the root.
 */
#pragma once

#define MAX_DEPTH 48
#define PF_KTHREAD 0x00200000

static int send(void *data, u64 size)
{
  /* Wake the reader early only when a quarter of the ring is used; else the next tick reads. */
  u64 used = bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA);
  u64 whole = bpf_ringbuf_query(&records, BPF_RB_RING_SIZE);
  u64 flags = used > whole / 4 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
  int failed = bpf_ringbuf_output(&records, data, size, flags);
  if (failed)
    __sync_fetch_and_add(&lost_records, 1);
  return failed;
}

static int add_part(struct climb *climb, const void *name)
{
  u32 at = climb->record.length;
  if (at >= PATH_TEXT)
    return 1;
  long length = bpf_probe_read_kernel_str(&climb->text[at], PATH_PART, name);
  if (length > 0)
    climb->record.length = at + length;
  return length <= 0;
}

static long climb_dentry(u32 step, struct climb **context)
{
  struct climb *climb = *context;
  struct dentry *dentry = (struct dentry *)climb->node;
  struct vfsmount *mount = (struct vfsmount *)climb->mount;
  struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
  if (dentry == BPF_CORE_READ(mount, mnt_root) || dentry == parent) {
    struct mount *whole =
        (struct mount *)(climb->mount - bpf_core_field_offset(struct mount, mnt));
    struct mount *above = BPF_CORE_READ(whole, mnt_parent);
    if (above == whole || !above)
      return 1;
    climb->node = (u64)BPF_CORE_READ(whole, mnt_mountpoint);
    climb->mount = (u64)above + bpf_core_field_offset(struct mount, mnt);
    return 0;
  }
  climb->node = (u64)parent;
  return add_part(climb, BPF_CORE_READ(dentry, d_name.name));
}

static long climb_cgroup(u32 step, struct climb **context)
{
  struct climb *climb = *context;
  struct kernfs_node *node = (struct kernfs_node *)climb->node;
  struct kernfs_node___until_6_14 *old = (void *)node;
  struct kernfs_node *parent = bpf_core_field_exists(old->parent)
                                   ? BPF_CORE_READ(old, parent)
                                   : BPF_CORE_READ(node, __parent);
  if (!parent)
    return 1;
  climb->node = (u64)parent;
  return add_part(climb, BPF_CORE_READ(node, name));
}

static int send_path(struct climb *climb)
{
  u64 size = sizeof(climb->record) + climb->record.length;
  if (size > sizeof(climb->record) + PATH_TEXT + PATH_PART - 1)
    return 1;
  return send(&climb->record, size);
}

static s64 modified(struct inode *inode)
{
  struct inode___until_6_10 *middle = (void *)inode;
  struct inode___until_6_6 *old = (void *)inode;
  if (bpf_core_field_exists(inode->i_mtime_sec))
    return BPF_CORE_READ(inode, i_mtime_sec);
  if (bpf_core_field_exists(middle->__i_mtime))
    return BPF_CORE_READ(middle, __i_mtime.tv_sec);
  return BPF_CORE_READ(old, i_mtime.tv_sec);
}

static u32 executable_of(struct task_struct *task, struct climb *climb)
{
  struct file *file = BPF_CORE_READ(task, mm, exe_file);
  if (!file)
    return 0;
  struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
  struct inode *inode = BPF_CORE_READ(file, f_inode);
  struct executable_key key = {
    .inode = BPF_CORE_READ(inode, i_ino),
    .name = BPF_CORE_READ(dentry, d_name.hash_len),
    .modified_s = modified(inode),
    .device = BPF_CORE_READ(inode, i_sb, s_dev),
  };
  u32 *known = bpf_map_lookup_elem(&executables, &key);
  if (known)
    return *known;
  u32 id = __sync_fetch_and_add(&last_executable, 1) + 1;
  const void *leaf_name = BPF_CORE_READ(dentry, d_name.name);
  climb->node = (u64)dentry;
  climb->mount = (u64)BPF_CORE_READ(file, f_path.mnt);
  climb->record.kind = RECORD_EXECUTABLE;
  climb->record.id = id;
  climb->record.cgroup = 0;
  climb->record.inode = key.inode;
  climb->record.device = key.device;
  climb->record.modified_s = key.modified_s;
  climb->record.length = 0;
  bpf_loop(MAX_DEPTH, climb_dentry, &climb, 0);
  if (climb->record.length == 0) /* in no tree at all: a memfd, or a mount taken away */
    add_part(climb, leaf_name);
  if (send_path(climb))
    return 0;
  bpf_map_update_elem(&executables, &key, &id, BPF_ANY);
  return id;
}

static u64 cgroup_of(struct task_struct *task, struct climb *climb)
{
  struct css_set *set = BPF_CORE_READ(task, cgroups);
  struct cgroup *cgroup = BPF_CORE_READ(set, dfl_cgrp);
  if (BPF_CORE_READ(cgroup, level) == 0) {
    /* Nothing in the unified hierarchy: a version 1 controller may know a container. */
    u32 index = 64;
    if (bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id))
      index = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
    else if (bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
      index = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
    if (index < 12) {
      struct cgroup_subsys_state *css = BPF_CORE_READ(set, subsys[index]);
      struct cgroup *legacy = BPF_CORE_READ(css, cgroup);
      if (legacy)
        cgroup = legacy;
    }
  }
  struct kernfs_node *node = BPF_CORE_READ(cgroup, kn);
  u64 id = BPF_CORE_READ(node, id) | (u64)BPF_CORE_READ(cgroup, root, hierarchy_id) << 56;
  if (bpf_map_lookup_elem(&cgroups, &id))
    return id;
  u32 seen = 1;
  climb->node = (u64)node;
  climb->record.kind = RECORD_CGROUP;
  climb->record.id = 0;
  climb->record.cgroup = id;
  climb->record.inode = 0;
  climb->record.device = 0;
  climb->record.modified_s = 0;
  climb->record.length = 0;
  bpf_loop(MAX_DEPTH, climb_cgroup, &climb, 0);
  if (send_path(climb) == 0)
    bpf_map_update_elem(&cgroups, &id, &seen, BPF_ANY);
  return id;
}

/* Whether a task is of the collector, or of a program that it started of its own executable. */
static bool is_own(struct task_struct *task, u32 exe)
{
  if (!own_tgid)
    return false;
  return (u32)task->tgid == own_tgid ||
         (exe == own_exe && exe && BPF_CORE_READ(task, real_parent, tgid) == own_tgid);
}

static void identify(struct task_struct *task, struct identity *identity, struct climb *climb)
{
  struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  identity->cgroup = cgroup_of(task, climb);
  identity->exe = executable_of(task, climb);
  if (is_own(task, identity->exe))
    identity->exe |= OWN_PROCESS;
  if (task->flags & PF_KTHREAD)
    identity->exe |= KERNEL_THREAD;
  identity->uid = BPF_CORE_READ(task, cred, uid.val);
  bpf_probe_read_kernel(identity->comm, sizeof(identity->comm), &leader->comm);
}

static struct climb *cpu_climb(void)
{
  u32 zero = 0;
  return bpf_map_lookup_elem(&climbs, &zero);
}
