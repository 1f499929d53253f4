# The third bed's client: puts jobs into beanstalkd, at a rate and of a size that a line on standard
# input sets (`rate 100`, `size 2000`).
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

my ($port) = @ARGV;
my ($rate, $size, $number, $next, $lines) = (0, 200, 0, time, '');
my $queue = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
    or die "no queue on port $port: $!";
my $commands = IO::Select->new(\*STDIN);
while (1) {
    my $pause = $rate > 0 ? $next - time : 0.5;
    if ($commands->can_read($pause > 0 ? $pause : 0)) {
        sysread(STDIN, $lines, 4096, length $lines) or exit 0;
        while ($lines =~ s/^(\w+) (\d+)\n//) {
            $rate = $2 if $1 eq 'rate';
            $size = $2 if $1 eq 'size';
        }
    }
    if ($rate == 0) { $next = time; next }
    next if time < $next;
    # A second behind is given up, as by who asks again only once.
    $next = time if time > $next + 1;
    $next += 1 / $rate;
    my $body = ++$number . "\n" . 'x' x $size;
    print $queue 'put 1000 0 60 ' . length($body) . "\r\n$body\r\n";
    defined <$queue> or exit 1;
}
