// What the window has of one room.
#pragma once

#include "chat_client.hpp"

#include <QListWidget>
#include <QString>
#include <QStringList>

class room_view : public QListWidget {
    Q_OBJECT

public:
    explicit room_view(QString name);

    // All of what others say is shown as plain text.
    QListWidgetItem* show(message const& what);
    void note(QString const& text);

    void come(QString const& name);
    void go(QString const& name);
    void set_members(QStringList members);
    void set_typing(QString const& name, bool whether);
    QStringList const& members() const { return members_; }
    QString typing_line() const;

    QString const name;
    int unread = 0;

private:
    QListWidgetItem* append(QString const& text);

    QStringList members_;
    QStringList typing_;
};
