export { default } from "headers";
