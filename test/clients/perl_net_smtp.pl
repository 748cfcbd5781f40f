# Sends a file with LF line ends: HOST PORT MECHANISM USER PASSWORD FROM TO FILE [starttls|implicit CA]
use strict;
use warnings;
use Authen::SASL qw(Perl);
use Net::SMTP;

my ($host, $port, $mechanism, $user, $password, $from, $to, $file, $begins, $ca) = @ARGV;
my @tls = $begins ? (SSL_ca_file => $ca, SSL_verify_mode => 1) : ();
open my $in, '<:raw', $file or die $!;
my $smtp = Net::SMTP->new($host, Port => $port, Hello => 'client.lab.test', Timeout => 30,
    $begins && $begins eq 'implicit' ? (SSL => 1, @tls) : ()) or die $@;
if ($begins && $begins eq 'starttls') { $smtp->starttls(@tls) or die $smtp->message || $@ }
my $sasl = Authen::SASL->new(mechanism => $mechanism, callback => { user => $user, authname => $user, pass => $password });
$smtp->auth($sasl) or die $smtp->message;
$smtp->mail($from) or die $smtp->message;
$smtp->to($to) or die $smtp->message;
$smtp->data or die $smtp->message;
while (my $line = <$in>) { $smtp->datasend($line) or die }
$smtp->dataend or die $smtp->message;
$smtp->quit or die $smtp->message;
