/*
 * What processes and disks do, once a second, for illumos.
 *
 * A row is a tag, the zone, the program, what, and how many since the row before; columns stand
 * two blanks apart, as the reader of DTrace's output expects.
 */
#pragma D option quiet
#pragma D option aggsize=8m
#pragma D option dynvarsize=8m

dtrace:::BEGIN { printf("ready\n"); }

syscall:::return
/ pid != $pid /
{
  @counts["calls", zonename, execname, probefunc] = sum(1);
}

syscall:::return
/ pid != $pid && (int)arg0 == -1 && errno != 0 /
{
  @counts[errno == EAGAIN ? "again" : "errors", zonename, execname, probefunc] = sum(1);
}

syscall::read:return, syscall::readv:return, syscall::pread:return, syscall::pread64:return
/ pid != $pid && (int)arg0 >= 0 /
{
  @counts["value", zonename, execname, "io.read.ops"] = sum(1);
  @counts["value", zonename, execname, "io.read.bytes"] = sum(arg0);
  @sizes["size", zonename, execname, "io.read.size"] = quantize(arg0);
}

syscall::write:return, syscall::writev:return, syscall::pwrite:return, syscall::pwrite64:return
/ pid != $pid && (int)arg0 >= 0 /
{
  @counts["value", zonename, execname, "io.write.ops"] = sum(1);
  @counts["value", zonename, execname, "io.write.bytes"] = sum(arg0);
  @sizes["size", zonename, execname, "io.write.size"] = quantize(arg0);
}

sched:::on-cpu
/ pid != 0 && pid != $pid /
{
  self->since = timestamp;
  @counts["value", zonename, execname, "sched.switches"] = sum(1);
}

sched:::off-cpu
/ self->since /
{
  @counts["value", zonename, execname, "cpu.ns"] = sum(timestamp - self->since);
  self->since = 0;
}

vminfo:::maj_fault { @counts["value", zonename, execname, "fault.major"] = sum(arg0); }
vminfo:::as_fault { @counts["value", zonename, execname, "fault.minor"] = sum(arg0); }
proc:::exec-success { @counts["value", zonename, execname, "process.starts"] = sum(1); }
proc:::exit { @counts["value", zonename, execname, "process.exits"] = sum(1); }

io:::start
{
  this->reads = args[0]->b_flags & B_READ;
  @counts["device", "-", args[1]->dev_statname, this->reads ? "iops.read" : "iops.write"] =
    sum(1);
  @counts["device", "-", args[1]->dev_statname, this->reads ? "bytes.read" : "bytes.write"] =
    sum(args[0]->b_bcount);
}

profile:::tick-1sec
{
  printa("  %s  %s  %s  %s  %@d\n", @counts);
  printa("  %s  %s  %s  %s %@d\n", @sizes);
  trunc(@counts);
  trunc(@sizes);
}
