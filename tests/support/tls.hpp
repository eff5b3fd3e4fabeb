// What tests of TLS share: authorities, servers that have certificates of theirs, and why a client was refused.
#pragma once

#include "certificates.hpp"
#include "client.hpp"
#include "peer.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace support {

struct tls_test : client_test {
    authorities trusted;
    temporary_folder folder;

    // Options of a peer that serves TLS; `more` are further members of "tls".
    std::string serving(std::string const& chain, std::string const& key, std::string const& more = "", std::string const& others = "")
    {
        std::string const n = std::to_string(++files_);
        return R"({"tls":{"cert":)" + support::quoted(folder.write("cert" + n, chain)) + R"(,"key":)" +
               support::quoted(folder.write("key" + n, key)) + (more.empty() ? "" : "," + more) + "}" + (others.empty() ? "" : "," + others) + "}";
    }
    std::string serving(certificate const& leaf, std::string const& more = "", std::string const& others = "")
    {
        return serving(trusted.chain(leaf), leaf.key(), more, others);
    }

    socketio::options trusting(socketio::options from = {}) const
    {
        if (from.tls.ca.empty())
            from.tls.ca = trusted.root.pem();
        return from;
    }

    // Connects once and tells why that failed; nothing if it did not.
    std::optional<socketio::connect_error> failure(std::string const& url, socketio::options settings)
    {
        std::optional<socketio::connect_error> why;
        settings.forceNew = true;
        auto socket = socketio::io(context, url, once_only(std::move(settings)));
        socket.on("connect_error", [&](socketio::connect_error const& told) { why = told; });
        if (!until([&] { return why || socket.connected(); }))
            throw std::runtime_error("neither connected nor refused");
        return why;
    }

private:
    int files_ = 0;
};

// Of a failure: its code, and words that are among its own.
inline void check_words(std::optional<socketio::connect_error> const& why, std::error_code code, std::string_view phrase)
{
    REQUIRE(why.has_value());
    CAPTURE(why->message());
    CHECK(why->code() == code);
    CHECK(why->message().find(phrase) != std::string::npos);
}

inline std::string secure_url(peer const& of, std::string_view host = "localhost")
{
    return "https://" + std::string(host) + ":" + std::to_string(of.port());
}

} // namespace support
