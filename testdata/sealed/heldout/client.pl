# client.pl BASE COUNT: clients of each path of BASE at once, by Mojolicious; see client.js.
use Mojo::Base -strict, -signatures;
use Mojo::UserAgent; use Mojo::IOLoop; use Mojo::Promise;
my ($base, $count) = @ARGV;
my $ua = Mojo::UserAgent->new(insecure => 1);
my %plan = (
  '/echo' => sub { map { ['y' x ($_ % 5 == 4 ? 1000 * (1 + int rand 9) : 1 + int rand 150), rand 0.12] } 0 .. 14 },
  '/push' => sub { ([undef, 1.5], ['thanks', 0.4]) },
  '/rpc' => sub { map { [qq({"id":$_,"method":") . 'y' x (rand 60) . '"}', rand 0.15] } 0 .. 12 },
  '/beat' => sub { (['{"hello":1}', 4]) },
  '/ticker' => sub { (['{"op":"subscribe"}', 1.2]) });
my @all;
for my $path (keys %plan) { for (1 .. $count) {
  push @all, $ua->websocket_p("$base$path")->then(sub ($tx) {
    my $p = Mojo::Promise->new; my @steps = $plan{$path}->();
    $tx->on(finish => sub { $p->resolve });
    my $next; $next = sub { my $s = shift @steps or return $tx->finish(1000); $tx->send($s->[0]) if defined $s->[0]; Mojo::IOLoop->timer($s->[1] => $next) };
    $next->(); $p })->catch(sub ($e) { warn "$path $e" });
} }
Mojo::Promise->all(@all)->wait;
