// The data that a client sent when it connected.
#pragma once

#include <socketio/core/provided.hpp>
#include <socketio/core/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

// Names and values that copies of this object share; they are constant. Read it like string_pairs.
class shared_pairs {
public:
    shared_pairs() = default;
    shared_pairs(string_pairs pairs) : pairs_{std::make_shared<string_pairs const>(std::move(pairs))} {}

    operator string_pairs const&() const noexcept
    {
        static string_pairs const none;
        return pairs_ ? *pairs_ : none;
    }
    string_pairs::const_iterator begin() const noexcept { return all().begin(); }
    string_pairs::const_iterator end() const noexcept { return all().end(); }
    std::size_t size() const noexcept { return all().size(); }
    bool empty() const noexcept { return all().empty(); }
    string_pairs::const_reference operator[](std::size_t at) const noexcept { return all()[at]; }
    friend bool operator==(shared_pairs const& a, shared_pairs const& b) { return a.all() == b.all(); }

private:
    string_pairs const& all() const noexcept { return *this; }

    std::shared_ptr<string_pairs const> pairs_;
};

// A text that copies of this object share; it is constant.
class shared_text : public std::string_view {
public:
    shared_text() = default;
    shared_text(shared_text const&) = default; // copied, not moved, so that the source stays readable
    shared_text& operator=(shared_text const&) = default;
    shared_text(std::string text) : shared_text{std::make_shared<std::string const>(std::move(text))} {}

private:
    explicit shared_text(std::shared_ptr<std::string const> text) : std::string_view{*text}, text_{std::move(text)} {}

    std::shared_ptr<std::string const> text_;
};

// `socket.handshake` of the reference's server (socket.io/lib/socket.ts, buildHandshake()): data of the
// session's first request, and of the CONNECT for this namespace. It is constant. A client's namespaces share
// the request's parts.
struct handshake {
    shared_pairs headers{};   // of the first request, in order, names in lower case
    shared_pairs query{};     // decoded; of the first request
    value auth{};             // the client's data for this namespace: an object, empty by default
    std::string time{};       // the time of the CONNECT, as text (UTC)
    std::int64_t issued = 0;  // the same in milliseconds since 1970
    // Of the peer or of its proxy, without the port; "::ffff:192.0.2.1" is IPv4 over IPv6.
    std::string address{};
    bool xdomain = false;     // the request had an Origin
    bool secure = false;      // over TLS, to this server
    shared_text url{};        // path and query of the first request, unchanged

    // The first header of that name, which must be in lower case; "" if it is missing.
    std::string_view header(std::string_view name) const noexcept { return first(headers, name); }
    // The first value of that name in the query; "" if it is missing.
    std::string_view query_value(std::string_view name) const noexcept { return first(query, name); }

private:
    static std::string_view first(string_pairs const& among, std::string_view name) noexcept
    {
        for (auto const& each : among)
            if (each.first == name)
                return each.second;
        return {};
    }
};

} // namespace socketio
