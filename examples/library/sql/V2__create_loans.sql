CREATE TABLE members (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    card_number varchar(20) NOT NULL UNIQUE,
    name varchar(200) NOT NULL
);

CREATE TABLE loans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book_id bigint NOT NULL REFERENCES books (id),
    member_id bigint NOT NULL REFERENCES members (id),
    lent_on date NOT NULL DEFAULT current_date,
    returned_on date
);
