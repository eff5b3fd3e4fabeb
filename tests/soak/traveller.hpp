// One socket of the soak: numbered events both ways, and what must be true of them at every moment and at the end.
// Its server is tests/peers/numbered.js.
#pragma once

#include <socketio/client.hpp>

#include "support/run_until.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace soak {

enum class kind { plain, sure, recovering };

// What the event of this number carries: now and then bytes, now and then much.
inline std::string payload_of(std::uint64_t number)
{
    std::size_t const size = number % 64 == 5 ? 40000 : number % 16 == 3 ? number * 37 % 3000 : number % 50;
    return std::string(size, static_cast<char>('a' + number % 26));
}
inline bool is_binary(std::uint64_t number) { return number % 16 == 3; }

// As the server sums it up.
inline std::uint64_t sum_of(std::string_view payload)
{
    std::uint64_t sum = payload.size();
    for (char const c : payload)
        sum += static_cast<unsigned char>(c);
    return sum;
}

class traveller {
public:
    traveller(kind of, socketio::socket joined) : kind_{of}, socket_{std::move(joined)}, nsp_{socket_.nsp()}
    {
        socket_.on("connect", [this] { on_connect(); });
        socket_.on("disconnect", [this](std::string_view reason, socketio::disconnect_details const& details) {
            ++losses_;
            using socketio::error; // the end of a connection, as long-polling sees it
            bool const polled = details.code == error::poll_failed || details.code == error::post_failed;
            if (reason != "ping timeout" && reason != "transport close" && !polled)
                wrong("lost by " + std::string(reason) + ": " + details.description);
        });
        socket_.on_error([this](socketio::event_error const& why) { wrong("error hook: " + why.message()); });
        socket_.on("news", [this](std::uint64_t number) { on_news(number); });
        socket_.on("question", [this](std::uint64_t number, socketio::ack reply) { on_question(number, reply); });
        if (kind_ == kind::sure) {
            socket_.onAnyOutgoing([this](std::string_view event, socketio::args const& args) { on_try(event, args); });
            socket_.io().on("packet", [this](socketio::packet const& received) { on_packet(received); });
        }
    }
    traveller(traveller const&) = delete;
    traveller& operator=(traveller const&) = delete;

    std::string const& nsp() const noexcept { return nsp_; }
    std::size_t losses() const noexcept { return losses_; }
    std::size_t recoveries() const noexcept { return recoveries_; }
    std::size_t outstanding() const noexcept { return outstanding_; }
    std::size_t sent() const noexcept { return sent_.size(); }
    std::size_t failed() const noexcept { return failed_; }
    std::size_t repeated() const noexcept { return repeated_; }
    bool heard_news(std::uint64_t number) const noexcept { return news_ == number; }
    socketio::socket& socket() noexcept { return socket_; }
    void leave() { socket_ = {}; }

    // One more, unless there is enough on the way.
    void emit_next()
    {
        if (outstanding_ == 30)
            return;
        std::uint64_t const number = sent_.size();
        sent_.emplace_back();
        ++outstanding_;
        auto answered = [this, number](std::error_code ec, std::optional<std::uint64_t> answer) { on_end(number, ec, answer); };
        std::string const payload = payload_of(number);
        if (is_binary(number))
            socket_.emit("numbered", number, socketio::bytes_view(std::as_bytes(std::span(payload))), std::move(answered));
        else
            socket_.emit("numbered", number, payload, std::move(answered));
    }

    // Every number's end, and what the server has heard of it. `log`: [number, sum, id], in order of arrival.
    void compare(socketio::array const& log)
    {
        std::vector<std::size_t> arrivals(sent_.size());
        std::map<std::string, std::uint64_t> ids;
        std::uint64_t next = 0;
        for (socketio::value const& entry : log) {
            auto const number = entry[std::size_t{0}].get<std::uint64_t>().value_or(~std::uint64_t{0});
            if (number >= sent_.size()) {
                wrong("the server heard of a number that never was");
                continue;
            }
            if (entry[1].get<std::uint64_t>() != sum_of(payload_of(number)))
                wrong(number, "arrived changed");
            check_id(ids, number, entry[2]);
            if (++arrivals[number] != 1)
                continue;
            // Without retries a slow connection that was given up may still bring what the next one has overtaken.
            if (number < next && kind_ == kind::sure)
                wrong(number, "arrived first after the one behind it");
            next = number + 1;
        }
        for (std::uint64_t number = 0; number != sent_.size(); ++number)
            check_end(number, arrivals[number]);
    }
    // `log`: [number, answer or null].
    void compare_questions(socketio::array const& log)
    {
        std::vector<int> ends;
        for (socketio::value const& entry : log) {
            auto const number = entry[std::size_t{0}].get<std::size_t>().value_or(0);
            ends.resize(std::max(ends.size(), number));
            if (++ends[number - 1] != 1)
                wrong(number, "question ended twice");
            bool const answered = entry[1].type() != socketio::value_type::null;
            if (answered && (entry[1].get<std::uint64_t>() != number || !questions_.contains(number)))
                wrong(number, "question answered by nobody");
        }
        for (auto const& [number, times] : questions_)
            if (number > ends.size())
                wrong(number, "question heard that was never asked");
    }

    std::vector<std::string> const& violations() const noexcept { return violations_; }

private:
    struct sent_event {
        std::size_t ends = 0;
        std::size_t tries = 0;
        bool answered = false;    // its handler was told so
        bool answer_came = false; // as a packet, of its only try; those of earlier tries are too late
        std::string id{};
    };

    void wrong(std::string what) { violations_.push_back(nsp_ + ": " + std::move(what)); }
    void wrong(std::uint64_t number, std::string_view what) { wrong(std::to_string(number) + ' ' + std::string(what)); }

    void on_connect()
    {
        bool const recovered = socket_.recovered();
        if (recovered && kind_ != kind::recovering)
            wrong("recovered what cannot be");
        recoveries_ += recovered ? 1 : 0;
        news_may_jump_ = news_may_jump_ || !recovered;
    }
    // On one connection, and over all that were recovered, none is missing.
    void on_news(std::uint64_t number)
    {
        if (number <= news_)
            wrong(number, "news came again");
        if (number != news_ + 1 && !news_may_jump_)
            wrong(number, "news came, before it " + std::to_string(news_));
        news_may_jump_ = false;
        news_ = number;
    }
    void on_question(std::uint64_t number, socketio::ack const& reply)
    {
        if (!questions_.empty() && number <= questions_.rbegin()->first)
            wrong(number, "question came again");
        ++questions_[number];
        reply(number);
    }

    void on_try(std::string_view event, socketio::args const& args)
    {
        if (event != "numbered")
            return;
        auto& tried = sent_.at(args[0].get<std::uint64_t>().value());
        std::string const id(args[2].as_string());
        if (tried.ends != 0 || tried.answer_came)
            wrong(id + " was sent again after its answer had come");
        if (tried.tries++ == 0)
            tried.id = id;
        else
            ++repeated_;
        if (id.empty() || tried.id != id)
            wrong(id + " is an id that changed from " + tried.id);
    }
    void on_packet(socketio::packet const& received)
    {
        if (received.type != socketio::packet_type::ack || received.nsp != nsp_)
            return;
        auto& answered = sent_.at(received.payload[std::size_t{0}].get<std::uint64_t>().value());
        answered.answer_came = answered.answer_came || answered.tries == 1;
    }
    void on_end(std::uint64_t number, std::error_code ec, std::optional<std::uint64_t> answer)
    {
        sent_event& ended = sent_[number];
        --outstanding_;
        failed_ += ec ? 1 : 0;
        ended.answered = !ec;
        if (++ended.ends != 1)
            wrong(number, "ended again");
        if (!ec && answer != number)
            wrong(number, "has the answer of another");
        if (ec && kind_ == kind::sure)
            wrong(number, "was given up: " + ec.message());
        if (ec && ec != socketio::error::ack_timeout && ec != socketio::error::disconnected)
            wrong(number, "failed: " + ec.message());
    }

    void check_id(std::map<std::string, std::uint64_t>& ids, std::uint64_t number, socketio::value const& id)
    {
        if (kind_ != kind::sure)
            return;
        std::string const* const text = id.if_string();
        if (!text || *text != sent_[number].id)
            wrong(number, "arrived without its id");
        else if (ids.emplace(*text, number).first->second != number)
            wrong(number, "arrived with the id of another");
    }
    void check_end(std::uint64_t number, std::size_t arrivals)
    {
        sent_event const& ended = sent_[number];
        if (ended.ends != 1)
            wrong(number, "ended " + std::to_string(ended.ends) + " times");
        if (ended.answered && arrivals == 0)
            wrong(number, "was answered and never arrived");
        if (kind_ != kind::sure && arrivals > 1)
            wrong(number, "arrived " + std::to_string(arrivals) + " times");
        if (kind_ == kind::sure && arrivals > ended.tries)
            wrong(number, "arrived more often than it was sent");
    }

    kind kind_;
    socketio::socket socket_;
    std::string nsp_;
    std::vector<sent_event> sent_;
    std::size_t outstanding_ = 0, failed_ = 0, repeated_ = 0, losses_ = 0, recoveries_ = 0;
    std::uint64_t news_ = 0;
    bool news_may_jump_ = true;
    std::map<std::uint64_t, int> questions_;
    std::vector<std::string> violations_;
};

} // namespace soak
