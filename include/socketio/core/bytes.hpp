// Bytes: the public names for binary data, and the flat buffer that packets are built in.
#pragma once

#include <socketio/core/config.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

// Owned binary data, and a view of binary data that something else owns.
using bytes = std::vector<std::byte>;
using bytes_view = std::span<std::byte const>;

namespace detail {

inline bytes_view as_bytes(std::string_view text) noexcept
{
    return {reinterpret_cast<std::byte const*>(text.data()), text.size()};
}

inline std::string_view as_text(bytes_view data) noexcept
{
    return {reinterpret_cast<char const*>(data.data()), data.size()};
}

// A growing run of bytes. Unlike std::string it neither fills new memory nor keeps a terminator. Bytes that were
// prepared but not committed are not part of it.
class byte_buffer {
public:
    byte_buffer() = default;
    // Starts in memory of the caller, which must outlive the buffer. Moves to the heap when that memory is full.
    explicit byte_buffer(std::span<char> borrowed) noexcept
        : data_{borrowed.data()}, capacity_{borrowed.size()}, owned_{false}
    {
    }
    ~byte_buffer() { release(); }
    byte_buffer(byte_buffer&& other) noexcept { swap(other); }
    byte_buffer& operator=(byte_buffer&& other) noexcept
    {
        byte_buffer taken{std::move(other)};
        swap(taken);
        return *this;
    }

    char* data() noexcept { return data_; }
    char const* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }
    bool empty() const noexcept { return size_ == 0; }
    std::string_view view() const noexcept { return {data_, size_}; }

    // Allocates exactly `n` bytes in all, for a buffer that is not going to grow.
    void reserve(std::size_t n)
    {
        if (capacity_ < n)
            move_to(n);
    }
    // Makes room for `n` more bytes and returns the address of the first.
    char* prepare(std::size_t n)
    {
        if (capacity_ - size_ < n)
            grow(size_ + n);
        return data_ + size_;
    }
    void commit(std::size_t n) noexcept { size_ += n; }

    void append(void const* from, std::size_t n)
    {
        if (n == 0)
            return;
        std::memcpy(prepare(n), from, n);
        size_ += n;
    }
    void append(std::string_view text) { append(text.data(), text.size()); }
    void append(bytes_view data) { append(data.data(), data.size()); }
    void push_back(char c)
    {
        *prepare(1) = c;
        ++size_;
    }

    // Drops all bytes behind the first `n`.
    void truncate(std::size_t n) noexcept { size_ = n < size_ ? n : size_; }
    void clear() noexcept { size_ = 0; }

    // Removes `n` bytes from the front. The rest moves down.
    void consume(std::size_t n) noexcept
    {
        if (n >= size_) {
            size_ = 0;
            return;
        }
        std::memmove(data_, data_ + n, size_ - n);
        size_ -= n;
    }

    // Releases the memory when the buffer is empty and holds more than `keep` bytes.
    void shrink(std::size_t keep) noexcept
    {
        if (size_ == 0 && capacity_ > keep) {
            release();
            data_ = nullptr;
            capacity_ = 0;
        }
    }

    void swap(byte_buffer& other) noexcept
    {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        std::swap(owned_, other.owned_);
    }

private:
    SOCKETIO_NOINLINE void grow(std::size_t least)
    {
        std::size_t const doubled = capacity_ * 2;
        move_to(least < doubled ? doubled : (least < 256 ? 256 : least));
    }
    void move_to(std::size_t wanted)
    {
        char* const larger = new char[wanted];
        if (size_ != 0)
            std::memcpy(larger, data_, size_);
        release();
        data_ = larger;
        capacity_ = wanted;
        owned_ = true;
    }
    void release() noexcept
    {
        if (owned_)
            delete[] data_;
    }

    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    bool owned_ = true;
};

} // namespace detail
} // namespace socketio
