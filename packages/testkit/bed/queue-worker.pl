# The third bed's worker: takes jobs from beanstalkd, looks answers up in memcached, writes what it
# did into a spool, and misbehaves when told so by a line on standard input (`spin 20`,
# `direct 20`, `grow 10`, `children 300`, `tunnel /usr/share/doc`, `poll 20`, `retry 0.8`,
# `keys 200`, `shell id; uname -a`).
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Fcntl qw(O_CREAT O_DSYNC O_WRONLY);
use File::Find;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

my ($queue_port, $cache_port, $folder) = @ARGV;
my ($retry_share, $keys) = (0, 200);
my ($done, $seed, @tasks, @kept) = (0, 1);
my ($queue, $cache, $commands);
$SIG{PIPE} = 'IGNORE';
mkdir "$folder/spool";
open(my $spool, '>', "$folder/spool/current") or die "spool: $!";

sub dial {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => shift, Timeout => 1);
    binmode $socket if $socket;
    return $socket;
}

# The same for every run: no randomness that a second recording would not have.
sub chance {
    $seed = ($seed * 1103515245 + 12345) % 2147483648;
    return $seed / 2147483648;
}

sub looked_up {
    my $key = 'answer-' . shift;
    $cache ||= dial($cache_port) or return undef;
    print $cache "get $key\r\n";
    my $line = <$cache>;
    if (!defined $line) { undef $cache; return undef }
    return '' if $line =~ /^END/;
    my ($length) = $line =~ /^VALUE \S+ \d+ (\d+)/ or return undef;
    read($cache, my $value, $length + 2);
    <$cache>;
    return substr($value, 0, $length);
}

sub worked_out {
    my $text = shift;
    $text = sha256_hex($text) for 1 .. 200;
    return $text x 4;
}

sub handle {
    my ($id, $body) = @_;
    my ($number) = $body =~ /^(\d+)/;
    my $name = $number % $keys;
    my $answer = looked_up($name);
    if (!$answer) {
        $answer = worked_out($name);
        if ($cache) {
            print $cache "set answer-$name 0 60 " . length($answer) . "\r\n$answer\r\n";
            undef $cache if !defined <$cache>;
        }
    }
    syswrite $spool, "$number $answer\n";
    if (++$done % 500 == 0) {
        close $spool;
        rename "$folder/spool/current", "$folder/spool/done-$done";
        open($spool, '>', "$folder/spool/current") or die "spool: $!";
    }
    print $queue chance() < $retry_share ? "release $id 1000 0\r\n" : "delete $id\r\n";
    <$queue>;
}

# A task is called between jobs until it returns nothing.
my %command = (
    spin => sub {
        my $end = time + shift;
        push @tasks, sub { worked_out('spin') for 1 .. 10; time < $end };
    },
    direct => sub {
        my $end = time + shift;
        sysopen(my $file, "$folder/direct", O_WRONLY | O_CREAT | O_DSYNC) or return;
        push @tasks, sub { sysseek $file, 0, 0; syswrite $file, 'z' x 8192; time < $end };
    },
    grow => sub {
        my ($mebibytes, $left, $next) = (shift, 20, time);
        push @tasks, sub {
            return 1 if time < $next;
            $next += 1;
            push @kept, 'x' x ($mebibytes << 20);
            return 1 if $left-- > 0;
            @kept = ();
            return;
        };
    },
    children => sub {
        my ($left, $next) = (shift, time);
        push @tasks, sub {
            return 1 if time < $next;
            $next += 0.05;
            my $child = fork();
            kill('KILL', $$) if defined $child && $child == 0;
            return 1 if --$left > 0;
            1 while waitpid(-1, 1) > 0;
            return;
        };
    },
    tunnel => sub {
        my @files;
        find({ wanted => sub { push @files, $File::Find::name if -f && @files < 4000 } }, shift);
        my $sink = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1') or return;
        my $out = IO::Socket::INET->new(
            Proto => 'udp', PeerAddr => '127.0.0.1', PeerPort => $sink->sockport);
        push @tasks, sub {
            my $name = pop @files or do { close $sink; return };
            open(my $file, '<', $name) or return 1;
            read $file, my $text, 60_000;
            $out->send(substr($text, 0, 512, '')) while length $text;
            return 1;
        };
    },
    poll => sub {
        my $end = time + shift;
        push @tasks, sub { stat "$folder/spool/ready-$_" for 1 .. 50; time < $end };
    },
    retry => sub { $retry_share = shift },
    keys  => sub { $keys = shift },
    shell => sub { system('/bin/sh', '-c', shift) },
);

$queue = dial($queue_port) or die "no queue on port $queue_port: $!";
my $ready = IO::Select->new($queue, \*STDIN);
my $waiting = 0;
while (1) {
    if (!$waiting) {
        print $queue "reserve-with-timeout 1\r\n";
        $waiting = 1;
    }
    for my $handle ($ready->can_read(@tasks ? 0.001 : 1)) {
        if ($handle == $queue) {
            defined(my $line = <$queue>) or exit 1;
            $waiting = 0;
            next if $line !~ /^RESERVED (\d+) (\d+)/;
            my ($id, $length) = ($1, $2);
            read($queue, my $body, $length + 2);
            handle($id, $body);
        } else {
            sysread(STDIN, $commands, 4096, length($commands // '')) or exit 0;
            while ($commands =~ s/^(\w+) ([^\n]*)\n//) { $command{$1}->($2) if $command{$1} }
        }
    }
    @tasks = grep { $_->() } @tasks;
}
