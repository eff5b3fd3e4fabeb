// Reads and writes the JSON of the open packet.
#pragma once

#include <socketio/codec/engine_packet.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/json_writer.hpp>

#include <optional>

namespace socketio::detail {

inline bool read_interval(value_view from, std::chrono::milliseconds& out)
{
    auto const count = from.get<std::int64_t>();
    if (!count || *count <= 0 || *count > longest_interval.count())
        return false;
    out = std::chrono::milliseconds{*count};
    return true;
}

SOCKETIO_DECL std::error_code read_engine_open(std::span<char> data, engine_settings& out)
{
    json_document reader;
    constexpr std::size_t most = 64 * 1024; // bytes; the reference's open packet has about 100
    if (data.size() > most || reader.parse(data, json_limits{.values = 1000}, false) || !reader.root().is_object())
        return error::engine_open_invalid;
    value_view const root = reader.root();
    value_view const sid = root["sid"];
    if (!sid.is_string() || sid.as_string().empty())
        return error::engine_open_invalid;
    if (!read_interval(root["pingInterval"], out.ping_interval) ||
        !read_interval(root["pingTimeout"], out.ping_timeout))
        return error::engine_open_invalid;
    out.sid = sid.as_string();
    out.upgrades.clear();
    if (value_view const upgrades = root["upgrades"]; upgrades.is_array())
        for (value_view const each : upgrades.elements())
            out.upgrades.emplace_back(each.as_string());
    out.max_payload = root["maxPayload"].get<std::uint64_t>().value_or(0);
    return {};
}

SOCKETIO_DECL void write_engine_open(byte_buffer& to, engine_settings const& settings)
{
    json_writer json{to};
    json.begin_object();
    json.key("sid");
    json.string(settings.sid);
    json.key("upgrades");
    json.begin_array();
    for (auto const& each : settings.upgrades)
        json.string(each);
    json.end_array();
    json.key("pingInterval");
    json.integer(settings.ping_interval.count());
    json.key("pingTimeout");
    json.integer(settings.ping_timeout.count());
    json.key("maxPayload");
    json.unsigned_integer(settings.max_payload);
    json.end_object();
}

} // namespace socketio::detail
