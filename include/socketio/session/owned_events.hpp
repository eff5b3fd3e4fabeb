// Copies of events that wait for their listeners, since a packet points into its message: for middleware, for another
// executor, or until the namespace is connected.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/core/json_node.hpp>
#include <socketio/core/tape.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

class owned_event {
public:
    explicit owned_event(packet const& from) : id_{from.id}
    {
        json_node const* const first = from.payload.node();
        copy({first, next_node(first)});
    }
    // Copies arguments only.
    explicit owned_event(args const& from)
    {
        json_node const* const first = (*from.begin()).node();
        auto const count = static_cast<std::size_t>((*from.end()).node() - first);
        json_node around;
        around.type = value_type::array;
        around.size = static_cast<std::uint32_t>(from.size());
        around.end = static_cast<std::uint32_t>(count + 1);
        copy({first, count}, &around);
    }

    // Its memory. For a small event, the greater part is overhead.
    std::size_t size() const noexcept
    {
        return sizeof *this + tape_.capacity() * sizeof(json_node) + data_.capacity();
    }
    std::optional<std::uint64_t> id() const noexcept { return id_; }
    void forget_id() noexcept { id_.reset(); }

    // The payload, or an array of the arguments. It is valid as long as this, wherever this is moved.
    value_view payload() const noexcept { return value_view{tape_.data()}; }

private:
    static std::string_view bytes_of(json_node const& node) noexcept
    {
        value_view const data{&node};
        return data.is_string() ? data.as_string() : as_text(data.as_binary());
    }
    // `around`: an array to be put around them.
    void copy(std::span<json_node const> from, json_node const* around = nullptr)
    {
        tape_.reserve(from.size() + (around ? 1 : 0));
        if (around)
            tape_.push_back(*around);
        tape_.insert(tape_.end(), from.begin(), from.end());
        std::size_t total = 0;
        for (json_node const& each : tape_)
            total += bytes_of(each).size();
        data_.reserve(total + 1); // so that an empty text has an address, too
        for (json_node& each : tape_)
            take_bytes(each);
    }
    // There is room for them, so that what is there does not move.
    void take_bytes(json_node& node)
    {
        std::string_view const from = bytes_of(node);
        char const* const kept = data_.data() + data_.size();
        data_.append(from);
        if (node.type == value_type::string)
            node.text = kept;
        else if (node.type == value_type::binary)
            node.data = reinterpret_cast<std::byte const*>(kept);
    }

    std::optional<std::uint64_t> id_;
    std::vector<json_node> tape_;
    byte_buffer data_; // the texts and binary data of the tape
};

// Parses a packet of this side, so that it can be delivered here. std::nullopt if it cannot be parsed.
inline std::optional<owned_event> read_back(std::shared_ptr<packet_parser const> const& parser, std::string_view text,
                                            std::span<bytes_view const> attachments)
{
    packet_decoder reader{{attachments.size(), {.depth = max_json_depth}}, parser};
    packet sent;
    std::error_code ec;
    std::string copied{text}; // the parser writes into it
    bool const is_text = !parser || parser->is_text();
    bool whole = is_text ? reader.text(copied, sent, ec) : reader.binary(copied, sent, ec);
    std::list<std::string> binaries;
    for (bytes_view const each : attachments)
        whole = !ec && reader.binary(binaries.emplace_back(as_text(each)), sent, ec);
    if (!whole || ec)
        return std::nullopt;
    return std::optional<owned_event>{sent};
}

class owned_events {
public:
    bool empty() const noexcept { return events_.empty(); }
    std::size_t byte_size() const noexcept { return size_; }

    void push(packet const& event)
    {
        events_.emplace_back(event);
        size_ += events_.back().size();
    }
    owned_event pop()
    {
        owned_event first = std::move(events_.front());
        events_.pop_front();
        size_ -= first.size();
        return first;
    }
    // Drops the ack ids: the connection is lost, and so is the peer that waits for the answers.
    void forget_ids() noexcept
    {
        for (auto& each : events_)
            each.forget_id();
    }
    void clear() noexcept
    {
        events_.clear();
        size_ = 0;
    }

private:
    std::deque<owned_event> events_;
    std::size_t size_ = 0;
};

} // namespace socketio::detail
