// The three rounds: choice of the authentication, authentication, and the request.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/ip_address.hpp>
#include <socketio/wire/socks5.hpp>

#include <utility>

namespace socketio::detail {

constexpr unsigned char socks5_byte(std::string_view data, std::size_t at) noexcept
{
    return static_cast<unsigned char>(data[at]);
}

// RFC 1928, section 6.
constexpr std::string_view socks5_reply_message(unsigned reply) noexcept
{
    switch (reply) {
    case 1: return "general failure";
    case 2: return "not allowed by its rules";
    case 3: return "network unreachable";
    case 4: return "host unreachable";
    case 5: return "connection refused";
    case 6: return "time to live expired";
    case 7: return "command not supported";
    case 8: return "address type not supported";
    default: return "unknown reply";
    }
}

SOCKETIO_DECL socks5_client::socks5_client(std::string host, std::uint16_t port, std::string username,
                                           std::string password)
    : host_{std::move(host)}, username_{std::move(username)}, password_{std::move(password)}, port_{port}
{
    bool const with_user = !username_.empty() || !password_.empty();
    if (host_.empty() || host_.size() > 255)
        fail(error::proxy_refused, "the host's name is too long for SOCKS 5");
    else if (username_.size() > 255 || password_.size() > 255 || (with_user && username_.empty()))
        fail(error::proxy_authentication_required, "SOCKS 5 takes a user name and a password of 1 to 255 bytes each");
    else
        output_ = with_user ? std::string{"\x05\x02\x00\x02", 4} : std::string{"\x05\x01\x00", 3};
}

SOCKETIO_DECL std::string socks5_client::take_output() { return std::exchange(output_, {}); }

SOCKETIO_DECL void socks5_client::fail(std::error_code reason, std::string message)
{
    step_ = step::failed;
    error_ = reason;
    message_ = std::move(message);
    output_.clear();
}

SOCKETIO_DECL socks5_progress socks5_client::read(std::string_view data, std::size_t& consumed)
{
    consumed = 0;
    while (step_ != step::done && step_ != step::failed) {
        std::size_t const count = take(data.substr(consumed));
        if (count == 0)
            break;
        consumed += count;
    }
    if (step_ == step::failed)
        return socks5_progress::failed;
    return step_ == step::done ? socks5_progress::connected : socks5_progress::incomplete;
}

SOCKETIO_DECL std::size_t socks5_client::take(std::string_view data)
{
    switch (step_) {
    case step::method: return take_method(data);
    case step::password: return take_password(data);
    case step::reply: return take_reply(data);
    case step::done:
    case step::failed: break;
    }
    return 0;
}

SOCKETIO_DECL std::size_t socks5_client::take_method(std::string_view data)
{
    bool const with_user = !username_.empty();
    if (!data.empty() && data[0] != 5) {
        fail(error::proxy_invalid, "its answer is not SOCKS 5");
        return 0;
    }
    if (data.size() < 2)
        return 0;
    unsigned const method = socks5_byte(data, 1);
    if (method == 0) {
        ask();
    } else if (method == 2 && with_user) {
        step_ = step::password;
        output_ = '\x01';
        output_.append(1, static_cast<char>(username_.size())).append(username_);
        output_.append(1, static_cast<char>(password_.size())).append(password_);
    } else if (method == 0xFF) {
        fail(error::proxy_authentication_required,
             with_user ? "it takes neither nobody's connections nor a user name and password"
                       : "it wants a user name and a password: set network.proxy.username and password");
    } else {
        fail(error::proxy_invalid, "it chose a way to authenticate that it was not offered");
    }
    return 2;
}

SOCKETIO_DECL std::size_t socks5_client::take_password(std::string_view data)
{
    if (data.size() < 2)
        return 0;
    // Some proxies answer with the version of SOCKS instead of the version of the sub-negotiation.
    if (data[0] != 1 && data[0] != 5)
        fail(error::proxy_invalid, "its answer to the password is not SOCKS 5");
    else if (data[1] != 0)
        fail(error::proxy_authentication_required, "it does not accept the user name and password");
    else
        ask();
    return 2;
}

SOCKETIO_DECL void socks5_client::ask()
{
    step_ = step::reply;
    output_.assign("\x05\x01\x00", 3);
    auto const address = parse_ip_address(std::string_view{host_}.substr(0, host_.find('%')));
    if (address) {
        std::size_t const skipped = address->is_v6 ? 0 : 12;
        output_.push_back(address->is_v6 ? '\x04' : '\x01');
        output_.append(reinterpret_cast<char const*>(address->bytes.data()) + skipped, address->bytes.size() - skipped);
    } else {
        output_.push_back('\x03');
        output_.append(1, static_cast<char>(host_.size())).append(host_);
    }
    output_.push_back(static_cast<char>(port_ >> 8));
    output_.push_back(static_cast<char>(port_ & 255));
}

// A refusal counts from its second byte on: some proxies send no more than that.
SOCKETIO_DECL std::size_t socks5_client::take_reply(std::string_view data)
{
    if (!data.empty() && data[0] != 5) {
        fail(error::proxy_invalid, "its answer is not SOCKS 5");
        return 0;
    }
    if (data.size() < 2)
        return 0;
    unsigned const reply = socks5_byte(data, 1);
    if (reply != 0) {
        fail(error::proxy_refused,
             std::string{socks5_reply_message(reply)} + " (SOCKS reply " + std::to_string(reply) + ')');
        return 0;
    }
    if (data.size() < 5)
        return 0;
    unsigned const type = socks5_byte(data, 3);
    std::size_t const length = type == 1 ? 4 : type == 4 ? 16 : type == 3 ? 1U + socks5_byte(data, 4) : 0;
    if (length == 0) {
        fail(error::proxy_invalid, "its answer names an unknown type of address");
        return 0;
    }
    if (data.size() < 4 + length + 2)
        return 0;
    step_ = step::done;
    return 4 + length + 2;
}

} // namespace socketio::detail
