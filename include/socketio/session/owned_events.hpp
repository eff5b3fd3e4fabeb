// Copies of events that wait for their listeners, because they arrived before the namespace was connected. A
// packet points into its message. The copy is parsed again when it is delivered.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/json.hpp>
#include <socketio/core/json_writer.hpp>

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
        copy([&](json_writer& json) { write(json, from.payload); });
    }
    // Copies arguments only.
    explicit owned_event(args const& from)
    {
        copy([&](json_writer& json) {
            json.begin_array();
            for (value_view const each : from)
                write(json, each);
            json.end_array();
        });
    }

    // Its memory. For a small event, the greater part is overhead.
    std::size_t size() const noexcept
    {
        std::size_t total = sizeof *this + text_.capacity();
        for (auto const& each : attachments_)
            total += sizeof(bytes) + each.size();
        return total;
    }
    std::optional<std::uint64_t> id() const noexcept { return id_; }
    void forget_id() noexcept { id_.reset(); }

    // Parses the payload, which is valid as long as this and `reader`. Call it once.
    value_view read(json_document& reader)
    {
        std::vector<bytes_view> const views(attachments_.begin(), attachments_.end());
        std::uint64_t total = 0; // each is used once; only an object that looks like a placeholder uses one again
        for (bytes_view const each : views)
            total += each.size();
        if (reader.parse({text_.data(), text_.size()}, json_limits{.depth = max_json_depth}, !views.empty()) ||
            reader.attach(views, total))
            return {};
        return reader.root();
    }

private:
    template <class Write>
    void copy(Write write_all)
    {
        std::vector<bytes_view> attachments;
        json_writer json{text_, &attachments};
        json.keep_infinity();
        write_all(json);
        for (bytes_view const each : attachments)
            attachments_.emplace_back(each.begin(), each.end());
    }

    std::optional<std::uint64_t> id_;
    byte_buffer text_;
    std::vector<bytes> attachments_;
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
