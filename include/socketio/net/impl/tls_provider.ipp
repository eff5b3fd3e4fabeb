// Decides whether a server uses TLS.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/net/tls_provider.hpp>

namespace socketio::detail {

// Options with a key or a trusted certificate call for TLS: the maker then reports missing ones.
inline bool speaks_of_tls(tls_options const& wanted) noexcept
{
    for (std::string const* const each : {&wanted.cert, &wanted.cert_file, &wanted.key, &wanted.key_file, &wanted.ca,
             &wanted.ca_file, &wanted.ca_directory, &wanted.crl, &wanted.crl_file})
        if (!each->empty())
            return true;
    return wanted.context != nullptr;
}

SOCKETIO_DECL std::shared_ptr<tls_provider> make_server_tls(tls_options const& wanted)
{
    if (!speaks_of_tls(wanted))
        return nullptr;
    tls_maker const maker = registered_tls.load();
    std::error_code ec = error::tls_not_available;
    std::string message = ec.message();
    auto made = maker ? maker(wanted, role::server, ec, message) : nullptr;
    if (!made)
        throw_failure(ec, message == ec.message() ? "cannot serve TLS" : message);
    return made;
}

} // namespace socketio::detail
