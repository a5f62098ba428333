-- An index of whole texts that nothing asks yet. Renewing it took the one writer seconds when a large document changed, and everybody's edits
-- waited for that. Search will bring an index of its own that is renewed piece by piece; the texts stay.
drop trigger document_texts_inserted;
drop trigger document_texts_deleted;
drop trigger document_texts_updated;
drop table document_search;
