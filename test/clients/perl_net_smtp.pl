# Sends a file with LF line ends: HOST PORT MECHANISM USER PASSWORD FROM TO FILE
use strict;
use warnings;
use Authen::SASL qw(Perl);
use Net::SMTP;

my ($host, $port, $mechanism, $user, $password, $from, $to, $file) = @ARGV;
open my $in, '<:raw', $file or die $!;
my $smtp = Net::SMTP->new($host, Port => $port, Hello => 'client.lab.test', Timeout => 30) or die $@;
my $sasl = Authen::SASL->new(mechanism => $mechanism, callback => { user => $user, authname => $user, pass => $password });
$smtp->auth($sasl) or die $smtp->message;
$smtp->mail($from) or die $smtp->message;
$smtp->to($to) or die $smtp->message;
$smtp->data or die $smtp->message;
while (my $line = <$in>) { $smtp->datasend($line) or die }
$smtp->dataend or die $smtp->message;
$smtp->quit or die $smtp->message;
