// Offers and answers, and the rules by which they fit each other.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/extensions.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

inline constexpr std::string_view deflate_name = "permessage-deflate";
inline constexpr int largest_window = 15;

SOCKETIO_DECL void check_deflate_options(deflate_options const& options)
{
    auto const check = [](char const* name, int is, int least, int most) {
        if (is < least || is > most)
            throw_misuse(std::string{"perMessageDeflate: "} + name + " must be from " + std::to_string(least) + " to "
                         + std::to_string(most));
    };
    check("server_max_window_bits", options.server_max_window_bits, 8, largest_window);
    check("client_max_window_bits", options.client_max_window_bits, 8, largest_window);
    check("level", options.level, -1, 9);
    check("memory_level", options.memory_level, 1, 9);
}

// "8" to "15", without leading zeros (section 7.1.2).
inline bool read_window_bits(std::string_view text, std::optional<int>& out)
{
    int bits = 0;
    for (char c : text.substr(0, 3))
        bits = c >= '0' && c <= '9' ? bits * 10 + (c - '0') : 1000;
    if (text.empty() || text.front() == '0' || bits < 8 || bits > largest_window)
        return false;
    out = bits;
    return true;
}

// False: an unknown parameter, a repeated one, or an invalid value.
inline bool read_deflate_parameter(extension_parameter const& from, role sender, deflate_parameters& out)
{
    auto const flag = [&](bool& which) { return !std::exchange(which, true) && !from.value; };
    if (from.name == "server_no_context_takeover")
        return flag(out.server_no_context_takeover);
    if (from.name == "client_no_context_takeover")
        return flag(out.client_no_context_takeover);
    bool const of_client = from.name == "client_max_window_bits";
    if (!of_client && from.name != "server_max_window_bits")
        return false;
    std::optional<int>& bits = of_client ? out.client_max_window_bits : out.server_max_window_bits;
    if (bits)
        return false;
    if (from.value)
        return read_window_bits(*from.value, bits);
    // Without a value, the client only states that it heeds this parameter (section 7.1.2.2).
    bits = largest_window;
    return of_client && sender == role::client;
}

inline bool read_deflate_parameters(extension const& from, role sender, deflate_parameters& out)
{
    return from.name == deflate_name
        && std::all_of(from.parameters.begin(), from.parameters.end(),
                       [&](extension_parameter const& each) { return read_deflate_parameter(each, sender, out); });
}

SOCKETIO_DECL std::string write_deflate_answer(deflate_parameters const& agreed)
{
    std::string text{deflate_name};
    if (agreed.server_no_context_takeover)
        text += "; server_no_context_takeover";
    if (agreed.client_no_context_takeover)
        text += "; client_no_context_takeover";
    if (agreed.server_max_window_bits)
        text += "; server_max_window_bits=" + std::to_string(*agreed.server_max_window_bits);
    if (agreed.client_max_window_bits)
        text += "; client_max_window_bits=" + std::to_string(*agreed.client_max_window_bits);
    return text;
}

inline std::optional<int> limited_window(int bits)
{
    return bits < largest_window ? std::optional{bits} : std::nullopt;
}

// An offer looks like an answer, except for the client's window: the offer always states that it may be limited.
SOCKETIO_DECL std::string write_deflate_offer(deflate_options const& options)
{
    std::string text = write_deflate_answer({options.server_no_context_takeover, options.client_no_context_takeover,
                                             limited_window(options.server_max_window_bits),
                                             limited_window(options.client_max_window_bits)});
    if (options.client_max_window_bits == largest_window)
        text += "; client_max_window_bits";
    return text;
}

SOCKETIO_DECL std::error_code read_deflate_answer(http_head const& head, deflate_options const* offered,
                                                  std::optional<deflate_parameters>& agreed)
{
    std::vector<extension> list;
    if (!read_extensions(head, list))
        return error::handshake_invalid;
    if (list.empty())
        return {};
    deflate_parameters answer;
    if (offered == nullptr || list.size() != 1 || !read_deflate_parameters(list.front(), role::server, answer))
        return error::handshake_invalid;
    // The answer must confirm each request. (The client's own parameters were hints.)
    bool const fits = (answer.server_no_context_takeover || !offered->server_no_context_takeover)
        && (offered->server_max_window_bits == largest_window
            || answer.server_max_window_bits.value_or(largest_window) <= offered->server_max_window_bits)
        && answer.client_max_window_bits.value_or(0) <= offered->client_max_window_bits;
    if (!fits)
        return error::handshake_invalid;
    answer.client_no_context_takeover = answer.client_no_context_takeover || offered->client_no_context_takeover;
    if (!answer.client_max_window_bits)
        answer.client_max_window_bits = limited_window(offered->client_max_window_bits);
    agreed = answer;
    return {};
}

// The server may limit the client's window only if the client has stated that it heeds a limit.
inline bool may_accept(deflate_parameters const& offer, deflate_options const& options) noexcept
{
    return options.client_max_window_bits == largest_window || offer.client_max_window_bits;
}

inline deflate_parameters answer_to(deflate_parameters const& offer, deflate_options const& options)
{
    deflate_parameters answer{
        .server_no_context_takeover = offer.server_no_context_takeover || options.server_no_context_takeover,
        .client_no_context_takeover = offer.client_no_context_takeover || options.client_no_context_takeover};
    answer.server_max_window_bits = limited_window(options.server_max_window_bits);
    if (offer.server_max_window_bits)
        answer.server_max_window_bits = std::min(*offer.server_max_window_bits, options.server_max_window_bits);
    if (offer.client_max_window_bits)
        answer.client_max_window_bits =
            limited_window(std::min(*offer.client_max_window_bits, options.client_max_window_bits));
    return answer;
}

SOCKETIO_DECL std::error_code accept_deflate_offer(http_head const& head, deflate_options const& options,
                                                   std::optional<deflate_parameters>& agreed)
{
    std::vector<extension> list;
    if (!read_extensions(head, list))
        return error::handshake_invalid;
    for (extension const& each : list) {
        deflate_parameters offer;
        if (!agreed && read_deflate_parameters(each, role::client, offer) && may_accept(offer, options))
            agreed = answer_to(offer, options);
    }
    return {};
}

} // namespace socketio::detail
