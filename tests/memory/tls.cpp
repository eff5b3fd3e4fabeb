// The same over TLS. What OpenSSL allocates by itself never fails here.
#if defined(SOCKETIO_TESTS_WITH_OPENSSL)
#include <socketio/tls.hpp>

#include "memory/websockets.hpp"
#include "support/certificates.hpp"

#include <doctest/doctest.h>

TEST_CASE("whichever allocation fails, each WebSocket over TLS closes once, and the server takes others")
{
    support::authorities const trusted;
    auto const leaf = trusted.leaf();
    memory::fail_each_allocation([&] {
        socketio::tls_options own{.cert = trusted.chain(leaf), .key = leaf.key()};
        socketio::tls_options of_clients{.ca = trusted.root.pem()};
        return std::make_unique<memory::websockets>(std::move(own), std::move(of_clients));
    });
}
#endif
