// IP addresses and networks of them, as text and as bytes. Knows RFC 4291's forms, and neither zones nor names.
#pragma once

#include <socketio/core/config.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace socketio::detail {

struct ip_address {
    std::array<unsigned char, 16> bytes{}; // an IPv4 address as ::ffff:a.b.c.d
    bool is_v6 = false;                    // how it was written

    // The same place, however it was written.
    bool same_as(ip_address const& other) const noexcept { return bytes == other.bytes; }
};

// "10.0.0.1", "::1", "::ffff:10.0.0.1"; nothing for anything else, "127.1" and "[::1]" included.
SOCKETIO_DECL std::optional<ip_address> parse_ip_address(std::string_view text) noexcept;

struct ip_network {
    ip_address base;
    unsigned prefix = 0; // bits of `bytes`

    SOCKETIO_DECL bool contains(ip_address const& address) const noexcept;
};

// "10.0.0.0/8", "fd00::/8"; an address alone is a network of one.
SOCKETIO_DECL std::optional<ip_network> parse_ip_network(std::string_view text) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/ip_address.ipp>
#endif
