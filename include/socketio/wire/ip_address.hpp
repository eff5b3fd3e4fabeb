// IP addresses and networks, as text and as bytes. Knows the forms of RFC 4291, but neither zones nor names.
#pragma once

#include <socketio/core/config.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace socketio::detail {

struct ip_address {
    std::array<unsigned char, 16> bytes{}; // an IPv4 address as ::ffff:a.b.c.d
    bool is_v6 = false;                    // the text was an IPv6 address

    // True if both are the same address, in either notation.
    bool same_as(ip_address const& other) const noexcept { return bytes == other.bytes; }
};

// Reads "10.0.0.1", "::1", "::ffff:10.0.0.1". Rejects every other form, "127.1" and "[::1]" included.
SOCKETIO_DECL std::optional<ip_address> parse_ip_address(std::string_view text) noexcept;

struct ip_network {
    ip_address base;
    unsigned prefix = 0; // bits of `bytes`

    SOCKETIO_DECL bool contains(ip_address const& address) const noexcept;
};

// Reads "10.0.0.0/8", "fd00::/8". An address alone is a network of one.
SOCKETIO_DECL std::optional<ip_network> parse_ip_network(std::string_view text) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/ip_address.ipp>
#endif
