import { testWorld } from "../fixtures/test-world.ts";
import { ticketRouting } from "./ticket-routing.ts";

testWorld(ticketRouting);
