export * from "url";
