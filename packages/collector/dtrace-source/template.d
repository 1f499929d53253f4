/*
 * What processes and disks do, once a second, for PLATFORM
 *
 * A row is a tag, SCOPE_NAME, the program, what, and how many since the row before; columns stand
 * two blanks apart, as the reader of DTrace's output expects.
 */
#pragma D option quiet
#pragma D option aggsize=8m
#pragma D option dynvarsize=8m

dtrace:::BEGIN { printf("ready\n"); }

syscall:::return
/ pid != $pid /
{
  @counts["calls", SCOPE, execname, probefunc] = sum(1);
}

syscall:::return
/ pid != $pid && (int)arg0 == -1 && errno != 0 /
{
  @counts[errno == AGAIN ? "again" : "errors", SCOPE, execname, probefunc] = sum(1);
}

READ_CALLS
/ pid != $pid && (int)arg0 >= 0 /
{
  @counts["value", SCOPE, execname, "io.read.ops"] = sum(1);
  @counts["value", SCOPE, execname, "io.read.bytes"] = sum(arg0);
  @sizes["size", SCOPE, execname, "io.read.size"] = quantize(arg0);
}

WRITE_CALLS
/ pid != $pid && (int)arg0 >= 0 /
{
  @counts["value", SCOPE, execname, "io.write.ops"] = sum(1);
  @counts["value", SCOPE, execname, "io.write.bytes"] = sum(arg0);
  @sizes["size", SCOPE, execname, "io.write.size"] = quantize(arg0);
}

sched:::on-cpu
/ pid != 0 && pid != $pid /
{
  self->since = timestamp;
  @counts["value", SCOPE, execname, "sched.switches"] = sum(1);
}

sched:::off-cpu
/ self->since /
{
  @counts["value", SCOPE, execname, "cpu.ns"] = sum(timestamp - self->since);
  self->since = 0;
}

FAULTSproc:::exec-success { @counts["value", SCOPE, execname, "process.starts"] = sum(1); }
proc:::exit { @counts["value", SCOPE, execname, "process.exits"] = sum(1); }

io:::start
REQUESTS
{
  this->reads = IS_READ;
  @counts["device", "-", args[1]->DEVICE_NAME, this->reads ? "iops.read" : "iops.write"] =
    sum(1);
  @counts["device", "-", args[1]->DEVICE_NAME, this->reads ? "bytes.read" : "bytes.write"] =
    sum(args[0]->b_bcount);
}

profile:::tick-1sec
{
  printa("  %s  %s  %s  %s  %@d\n", @counts);
  printa("  %s  %s  %s  %s %@d\n", @sizes);
  trunc(@counts);
  trunc(@sizes);
}
