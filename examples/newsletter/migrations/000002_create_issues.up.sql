CREATE TABLE issues (
    id bigserial PRIMARY KEY,
    subject text NOT NULL,
    sent_at timestamptz
);

CREATE TABLE deliveries (
    issue_id bigint NOT NULL REFERENCES issues (id),
    subscriber_id bigint NOT NULL REFERENCES subscribers (id),
    opened_at timestamptz,
    PRIMARY KEY (issue_id, subscriber_id)
);
