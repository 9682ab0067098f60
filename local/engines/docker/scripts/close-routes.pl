# Makes the IPv4 networks in its arguments, each address/bits, unreachable from this network namespace. Perl is in every
# Debian; what has no `ip` can still say SIOCADDRT, see rtentry in linux/route.h.
use strict;
use warnings;
use Socket;

use constant { SIOCADDRT => 0x890B, RTF_UP => 0x1, RTF_REJECT => 0x200 };

socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
for my $network (@ARGV) {
  my ($address, $bits) = split m{/}, $network;
  my $mask = pack 'N', $bits ? 0xFFFFFFFF << (32 - $bits) & 0xFFFFFFFF : 0;
  my @sockets = map { pack_sockaddr_in(0, $_) } inet_aton($address), INADDR_ANY, $mask;
  my $entry = pack 'L! a16 a16 a16 S x![L!] x[128]', 0, @sockets, RTF_UP | RTF_REJECT;
  ioctl($socket, SIOCADDRT, $entry) or die "$network: $!\n";
}
