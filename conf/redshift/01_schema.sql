create schema if not exists movies;
