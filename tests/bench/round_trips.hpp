// W3, W4 and W5: events that are acknowledged, so many at a time.
#pragma once

#include "measure.hpp"
#include "peer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

// What W3 and W4 send: the server answers with the same event.
struct small_question {
    using answer = message const&;
    message operator()(std::uint64_t i) const { return nth_message(i); }
    bool matches(std::uint64_t i, answer with) const
    {
        return with.id == nth_message(i).id && with.text == greeting && with.ok;
    }
};

// What W5 sends.
class binary_question {
public:
    using answer = std::span<std::byte const>;
    explicit binary_question(std::size_t size) : data_(size, std::byte{0x5a}) {}
    answer operator()(std::uint64_t) const { return data_; }
    bool matches(std::uint64_t, answer with) const
    {
        return with.size() == data_.size() && (with.empty() || (with.front() == data_.front() && with.back() == data_.back()));
    }

private:
    std::vector<std::byte> data_;
};

template <class Question>
class asking {
public:
    // `latencies` may be null.
    asking(loop& on, socketio::socket& socket, Question const& question, std::uint64_t n,
           std::vector<std::int64_t>* latencies = nullptr)
        : loop_{on}, socket_{socket}, question_{question}, n_{n}, latencies_{latencies}
    {
    }

    bool run(std::uint64_t window)
    {
        for (std::uint64_t i = 0; i != std::min(window, n_); ++i)
            ask();
        if (n_ != 0)
            loop_.run();
        return right_ == n_;
    }

private:
    void ask()
    {
        std::uint64_t const i = asked_++;
        std::int64_t const since = latencies_ ? now_ns() : 0;
        socket_.emit("echo", question_(i), [this, i, since](typename Question::answer with) {
            if (latencies_)
                latencies_->push_back(now_ns() - since);
            right_ += question_.matches(i, with) ? 1 : 0;
            if (++answered_ == n_)
                loop_.done();
            else if (asked_ != n_)
                ask();
        });
    }

    loop& loop_;
    socketio::socket& socket_;
    Question const& question_;
    std::uint64_t n_;
    std::vector<std::int64_t>* latencies_;
    std::uint64_t asked_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t right_ = 0;
};

} // namespace bench
