# Stores every message in DIR: HOST PORT USER|APOP|MECHANISM USER PASSWORD DIR [stls|implicit CA]
use strict;
use warnings;
use Authen::SASL qw(Perl);
use Net::POP3;

my ($host, $port, $mechanism, $user, $password, $dir, $begins, $ca) = @ARGV;
my @tls = $begins ? (SSL_ca_file => $ca, SSL_verify_mode => 1) : ();
my $pop = Net::POP3->new($host, Port => $port, Timeout => 30,
    $begins && $begins eq 'implicit' ? (SSL => 1, @tls) : ()) or die $@;
if ($begins && $begins eq 'stls') { $pop->starttls(@tls) or die $pop->message || $@ }
if    ($mechanism eq 'USER') { $pop->login($user, $password) or die $pop->message }
elsif ($mechanism eq 'APOP') { $pop->apop($user, $password)  or die $pop->message }
else {
    my $sasl = Authen::SASL->new(mechanism => $mechanism, callback => { user => $user, authname => $user, pass => $password });
    $pop->auth($sasl) or die $pop->message;
}
my $sizes = $pop->list or die $pop->message;
for my $n (sort { $a <=> $b } keys %$sizes) {
    my $lines = $pop->get($n) or die $pop->message;
    open my $out, '>:raw', sprintf('%s/%03d', $dir, $n) or die $!;
    print $out @$lines;
    close $out or die $!;
}
$pop->quit or die $pop->message;
