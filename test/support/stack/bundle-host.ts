// Runs alone in a process: loads the bundle named by its argument, gives it the event on its standard input as Lambda
// does, and prints its answer, what it logged and what it threw.
import { text } from 'node:stream/consumers';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { Answer } from './lambda-runtime.ts';

const event = JSON.parse(await text(process.stdin)) as APIGatewayProxyEvent;
const logged: string[] = [];
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (line) => logged.push(String(line)) > 0;

// biome-ignore lint/plugin: a runtime learns which function it runs only when it has started
const { handler } = await import(process.argv[2] ?? '');
const answer = new Answer();
let thrown: string | undefined;
await Promise.resolve(handler(event, answer, {})).catch((error: Error) => {
  thrown = error.name;
});
// What is longer than the pipe holds is written once somebody reads.
write(JSON.stringify({ status: answer.status, body: answer.text, logged, thrown }), () => process.exit(0));
